import { connect } from "caduceus";
import { Script, say, scriptedHttp } from "caduceus/testing";

// A server of this machine; yours has another address.
await using server = await scriptedHttp(new Script().tool("hello", say("hello")));
const { url } = server.entry;

{
  await using client = await connect({ url, headers: { "x-team": "blue" } });
  console.log(await client.callTool("hello"));
}

const store = {
  accessToken: "first",
  async refresh() {
    this.accessToken = "second";
  },
};

const auth = {
  token: () => store.accessToken,
  onUnauthorized: () => store.refresh(),
};

{
  await using client = await connect({ url }, { auth });
  server.refuse("tools/call", { status: 401 });
  await client.callTool("hello");
  console.log(server.messages("tools/call").map(({ headers }) => headers.authorization));
}
