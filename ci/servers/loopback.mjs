// Loaded into a server before its own code (node --import). The servers bind whatever port they are told, some of them
// on every interface; this makes them bind a free port on 127.0.0.1 instead, so that any number of them run side by
// side and nothing can be reached from outside. Nothing else about them changes.
import net from "node:net";
import { syncBuiltinESMExports } from "node:module";
import { announce } from "./leash.mjs";

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  const callback = args.findLast((arg) => typeof arg === "function");
  this.once("listening", () => announce({ port: this.address().port }));
  return listen.call(this, { host: "127.0.0.1", port: 0 }, ...(callback ? [callback] : []));
};
syncBuiltinESMExports();
