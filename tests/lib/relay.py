# SPDX-License-Identifier: MIT
# usage: relay.py smtp|smtps|plain|http CERTIFICATE KEY PORT
#
# A relay (aiosmtpd) or an HTTP gateway on this port of loopback (0: a free one), for tests: the
# first line that it prints is the port, then one line of JSON for each message.
# What it does to a message, the receiver's address says:
#	nobody@...	550        later@...	451 the first time
#	denied@...	554 5.7.1
#	full@...	452        close@...	closes in the middle of the text
# The relay takes "user" with the password "secret"; the gateway answers +33600000422
# with 422, +33600000500 with 500, +33600000200 with a text that is no success.
import asyncio
import http.server
import json
import ssl
import sys
import urllib.parse

seen = set()


def tell(what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        if who == "nobody":
            return "550 5.1.1 no such mailbox"
        if who == "denied":
            return "554 5.7.1 relay access denied"
        if who == "full":
            return "452 4.2.2 mailbox full"
        if who == "later" and address not in seen:
            seen.add(address)
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("close@"):
            server.transport.abort()
            return "421 closing"
        tell({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "text": envelope.content.decode(),
            "tls": session.ssl is not None or sys.argv[1] == "smtps",
            "login": bool(session.authenticated),
        })
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    from aiosmtpd.smtp import AuthResult
    good = data.login == b"user" and data.password == b"secret"
    return AuthResult(success=good, handled=False)


async def relay(mode, certificate, key, port):
    from aiosmtpd.smtp import SMTP
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if mode != "plain":
        tls.load_cert_chain(certificate, key)

    def make():
        return SMTP(Handler(), hostname="relay.invalid",
                    tls_context=tls if mode == "smtp" else None,
                    require_starttls=mode == "smtp", auth_require_tls=mode == "smtp",
                    authenticator=authenticate, loop=asyncio.get_running_loop())

    server = await asyncio.get_running_loop().create_server(
        make, "127.0.0.1", int(port), ssl=tls if mode == "smtps" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        tell({"path": urllib.parse.urlsplit(self.path).path, "query": query, "body": body,
              "type": self.headers.get("Content-Type", ""),
              "auth": self.headers.get("Authorization", "")})
        status, text = 202, b"0: Accepted for delivery"
        for number, s, t in (("422", 422, b"no such number"), ("500", 500, b"broken"),
                             ("200", 200, b"error 17")):
            if "33600000" + number in self.path + body:
                status, text = s, t
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.answer("")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, *args):
        pass


if sys.argv[1] == "http":
    gateway = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[4])), Gateway)
    print(gateway.server_address[1], flush=True)
    gateway.serve_forever()
else:
    asyncio.run(relay(*sys.argv[1:]))
