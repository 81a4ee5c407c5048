/** What `caduceus help` prints. */
export const usage = `Usage: caduceus <command>

  demo         see a supervised MCP client at work: live progress, a crash, the recovery (10 s)
    --bundled  with the small server that comes with caduceus, not with server-everything
  help         this text; also --help
  --version    the version
`;
