"""One connection of an endpoint that answers by hand: requests of a client, and bytes for it."""

import json

MIB = 1 << 20


class Peer:
    """One connection: requests of a client, and bytes for it. A client that is gone ends it by OSError."""

    def __init__(self, connection):
        self.connection = connection
        self.unread = b""

    def send(self, data):
        self.connection.sendall(data)

    def send_for_ever(self, data):
        while True:
            self.send(data)

    def wait_for_ever(self):
        while self.connection.recv(MIB):
            pass

    def request(self):
        """Method and JSON object of the next request; an empty one where the body is no object."""
        method, _, message = self.request_at()
        return method, message

    def request_at(self):
        """The same with the path between them."""
        while b"\r\n\r\n" not in self.unread:
            self._receive()
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        method, *fields = head.decode("latin-1").split("\r\n")
        named = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        length = int(named.get("content-length", 0))
        while len(self.unread) < length:
            self._receive()
        body, self.unread = self.unread[:length], self.unread[length:]
        try:
            message = json.loads(body)
        except ValueError:
            message = None
        method, _, rest = method.partition(" ")
        return method, rest.partition(" ")[0], message if isinstance(message, dict) else {}

    def _receive(self):
        more = self.connection.recv(65536)
        if not more:
            raise OSError("the client is gone")
        self.unread += more

    def head(self, status, *fields):
        lines = [f"HTTP/1.1 {status}", *fields, "", ""]
        self.send("\r\n".join(lines).encode())

    def answer(self, status, body=b"", *fields, media_type="application/json"):
        self.head(status, f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *fields)
        self.send(body)

    def stream(self):
        """Begins an event stream that only the end of the connection ends."""
        self.head("200 OK", "Content-Type: text/event-stream", "Connection: close")
