/** This library's version, as it names itself to servers; a test holds it against package.json. */
export const VERSION = "0.1.0";
