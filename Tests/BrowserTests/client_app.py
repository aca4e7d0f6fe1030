# SPDX-License-Identifier: Apache-2.0
"""A client app that asks people for authorization, as far as a browser is involved."""

import http.server
import json
import threading
import urllib.parse
import urllib.request


class ClientApp:
    """An app that is registered at a node."""

    def __init__(self, node, back: str, name: str = "Glaçon", scopes: str = "read write:statuses push"):
        self.node = node
        self.back = back
        self.scopes = scopes
        self.registration = self.post(
            "/api/v1/apps", client_name=name, redirect_uris=back, scopes=scopes, website="https://app.example/")

    def post(self, path: str, **fields: str) -> dict:
        request = urllib.request.Request(self.node.origin + path, urllib.parse.urlencode(fields).encode())
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def page(self, **more: str) -> str:
        """Returns the address of the authorization page."""
        return "/oauth/authorize?" + urllib.parse.urlencode({
            "response_type": "code", "client_id": self.registration["client_id"], "redirect_uri": self.back,
            "scope": self.scopes, "state": "a&b", **more})

    def token(self, code: str) -> str:
        """Exchanges a code for a token."""
        return self.post(
            "/oauth/token", grant_type="authorization_code", code=code, redirect_uri=self.back,
            client_id=self.registration["client_id"], client_secret=self.registration["client_secret"])["access_token"]

    def whoami(self, token: str) -> str:
        request = urllib.request.Request(
            self.node.origin + "/api/v1/accounts/verify_credentials", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["acct"]


class Landing:
    """The app's own site, on another origin. It records the queries with which browsers arrive."""

    def __enter__(self):
        landing = self
        self.queries = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.startswith("/back"):
                    landing.queries.append(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!DOCTYPE html><title>App</title><h1>Back</h1>")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/back?kept=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
