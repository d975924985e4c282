/** Calls `heard` once, with what the server at the other end of `stream`, its descriptor 3, announces (leash.mjs). */
export function hearOnce(stream, heard) {
  let text = "";
  stream.on("error", () => {});
  stream.setEncoding("utf8").on("data", (piece) => {
    if (text.includes("\n")) return;
    text += piece;
    if (text.includes("\n")) heard(JSON.parse(text.slice(0, text.indexOf("\n"))));
  });
}
