"""The authorizer's own HTTP over real sockets: what is answered, what is refused."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from gateway.authorizer import http_protocol
from gateway.authorizer.answers import Answer
from gateway.authorizer.wire import Incoming
from tests.gateway.authorizer.served import Served, read_all
from tests.gateway.authorizer.world import HOST, SECRETS, TOKEN, World

OURS = f"host: {HOST}\r\nx-postern-token: {TOKEN}\r\nx-postern-route: app\r\n"
ADA = f"cookie: __Host-postern-session=0.{SECRETS['ada']}\r\n"
COMING = f"cookie: __Host-postern-session=999.{'z' * 43}\r\n"  # nobody's yet
ALLOWED = f"GET /check/ HTTP/1.1\r\n{OURS}{ADA}\r\n"
REFUSED = f"GET /check/ HTTP/1.1\r\n{OURS}\r\n"
WAITING = f"GET /check/ HTTP/1.1\r\n{OURS}{COMING}\r\n"


def statuses(answers: bytes) -> list[int]:
    return [
        int(line.split()[1])
        for line in answers.split(b"\r\n")
        if line.startswith(b"HTTP/1.1 ")
    ]


@pytest.fixture
def served() -> Iterator[Served]:
    world = World()
    world.publish()
    found = Served(world)
    yield found
    found.stop()
    world.app.close()


class TestAnswers:
    def test_answers_as_the_application_says(self, served: Served) -> None:
        answer = served.exchange(ALLOWED)

        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n")
        assert b"\r\nx-envoy-auth-headers-to-remove: cookie" in head
        assert body == b""

    def test_answers_one_after_the_other_on_one_connection(
        self, served: Served
    ) -> None:
        with closing(served.open()) as connection:
            for asked, status in ((ALLOWED, 200), (REFUSED, 302)) * 3:
                connection.sendall(asked.encode())
                assert statuses(connection.recv(65536)) == [status]

    def test_answers_what_was_sent_together_in_its_order(self, served: Served) -> None:
        together = ALLOWED + REFUSED + ALLOWED

        assert statuses(served.exchange(together)) == [200, 302, 200]

    def test_keeps_the_order_behind_one_that_waits(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.authorizer.app.WAIT_LONGEST", 0.2)

        answers = served.exchange(ALLOWED + WAITING + ALLOWED + WAITING, ALLOWED)

        assert statuses(answers) == [200, 302, 200, 302, 200]

    def test_reads_what_arrives_byte_by_byte(self, served: Served) -> None:
        parts = [ALLOWED[at : at + 1] for at in range(len(ALLOWED))]

        assert statuses(served.exchange(*parts)) == [200]

    def test_sends_no_body_for_head(self, served: Served) -> None:
        asked = f"HEAD /check/ HTTP/1.1\r\n{OURS}accept: application/json\r\n\r\n"

        head, _, body = served.exchange(asked).partition(b"\r\n\r\n")

        assert statuses(head) == [401]
        assert b"content-length: 0" not in head
        assert body == b""

    @pytest.mark.parametrize(
        "asked",
        [
            ALLOWED.replace("HTTP/1.1", "HTTP/1.0"),
            ALLOWED.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"),
        ],
        ids=["1.0", "close"],
    )
    def test_closes_where_that_is_asked_for(self, served: Served, asked: str) -> None:
        with closing(served.open()) as connection:
            connection.sendall((asked + ALLOWED).encode())
            answers = read_all(connection)

        assert statuses(answers) == [200]
        assert b"connection: close" in answers

    def test_forgets_bodies(self, served: Served) -> None:
        body = ALLOWED  # which must not be taken for a request
        asked = (
            f"POST /check/ HTTP/1.1\r\n{OURS}{ADA}content-length: {len(body)}\r\n\r\n"
        )

        assert statuses(served.exchange(asked + body + REFUSED)) == [200, 302]

    def test_asks_for_a_body_that_waits_to_be_asked_for(self, served: Served) -> None:
        asked = (
            f"POST /check/ HTTP/1.1\r\n{OURS}expect: 100-continue\r\n"
            "content-length: 2\r\n\r\n"
        )
        with closing(served.open()) as connection:
            connection.sendall(asked.encode())
            assert statuses(connection.recv(100)) == [100]
            connection.sendall(b"hi")
            assert statuses(connection.recv(65536)) == [302]

    def test_answers_an_upgrade_and_speaks_nothing_else(self, served: Served) -> None:
        upgrade = "connection: upgrade\r\nupgrade: websocket\r\n\r\n"
        asked = f"GET /check/ HTTP/1.1\r\n{OURS}{ADA}{upgrade}"

        assert statuses(served.exchange(asked, ALLOWED)) == [200]

    def test_ends_after_the_answer_that_is_under_way(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.authorizer.app.WAIT_LONGEST", 0.4)
        with closing(served.open()) as connection:
            connection.sendall(WAITING.encode())
            while not served.state.tasks:
                pass
            served.call(served.protocols[0].shutdown)
            assert statuses(read_all(connection)) == [302]


class TestRefusals:
    @pytest.mark.parametrize(
        "asked",
        [
            "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
            "GET\r\n\r\n",
            ALLOWED.replace("GET ", "GET http://app.example.com"),
            ALLOWED.replace("/check/", "check/"),
            ALLOWED.replace("/check/", "/check/#/"),
            ALLOWED.replace("/check/", "*").replace("GET", "OPTIONS"),
            ALLOWED.replace("\r\nx-postern-token", "\n x-postern-token"),
            ALLOWED.replace("host:", "host :"),
            ALLOWED.replace("\r\n\r\n", "\r\nno colon\r\n\r\n"),
            ALLOWED.replace("\r\n\r\n", "\r\nx: a\0b\r\n\r\n"),
            ALLOWED.replace(
                "\r\n\r\n",
                "\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            ),
            ALLOWED.replace(
                "\r\n\r\n", "\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"
            ),
            ALLOWED.replace(
                "\r\n\r\n", "\r\ntransfer-encoding: gzip, x\r\n\r\n0\r\n\r\n"
            ),
            ALLOWED.replace("\r\n\r\n", "\r\ncontent-length: +3\r\n\r\nabc"),
        ],
        ids=lambda text: repr(text[-30:]),
    )
    def test_refuses_what_has_two_readings(self, served: Served, asked: str) -> None:
        answers = served.exchange(asked + ALLOWED)

        assert statuses(answers)[:1] in ([400], [])
        assert 200 not in statuses(answers)

    def test_takes_no_secret_from_behind_a_body(self, served: Served) -> None:
        asked = (
            f"POST /check/ HTTP/1.1\r\nhost: {HOST}\r\nx-postern-route: app\r\n{ADA}"
            "transfer-encoding: chunked\r\ntrailer: x-postern-token\r\n\r\n"
            f"2\r\nhi\r\n0\r\nx-postern-token: {TOKEN}\r\n\r\n"
        )

        assert statuses(served.exchange(asked)) == [401]

    @pytest.mark.parametrize(
        "asked",
        [
            f"GET /check/{'a' * 20_000} HTTP/1.1\r\n{OURS}\r\n",
            REFUSED.replace("\r\n\r\n", "\r\n" + "x: y\r\n" * 300 + "\r\n"),
            REFUSED.replace("\r\n\r\n", f"\r\nx: {'y' * 70_000}\r\n\r\n"),
            # Behind another one, in two parts of which neither is too large.
            ALLOWED + REFUSED.replace("\r\n\r\n", f"\r\nx: {'y' * 70_000}\r\n\r\n"),
            REFUSED.replace("\r\n\r\n", f"\r\nx: {'y' * 3_000_000}"),
            REFUSED.replace("\r\n\r\n", "\r\ncontent-length: 9000000\r\n\r\n")
            + "x" * 3_000_000,
        ],
        ids=["target", "count", "headers", "behind", "endless", "body"],
    )
    def test_refuses_what_is_too_large(self, served: Served, asked: str) -> None:
        parts = [
            asked[start : start + 40_000] for start in range(0, len(asked), 40_000)
        ]
        assert statuses(served.exchange(*parts))[-1:] in ([431], [])
        assert statuses(served.exchange(ALLOWED)) == [200]

    def test_ends_with_whoever_sends_more_than_may_wait(self, served: Served) -> None:
        answers = served.exchange(WAITING + ALLOWED * 100)

        assert answers == b""
        assert statuses(served.exchange(ALLOWED)) == [200]

    def test_ends_with_whoever_sends_garbage_behind_one_that_waits(
        self, served: Served
    ) -> None:
        # The garbage's answer would be read as that of the request before it.
        assert served.exchange(WAITING + "garbage\r\n\r\n") == b""

    @pytest.mark.parametrize(
        "begun", ["", "GET /check/ HT", REFUSED[:-2]], ids=["", "line", "headers"]
    )
    def test_waits_no_longer_for_what_does_not_arrive(
        self, served: Served, monkeypatch: pytest.MonkeyPatch, begun: str
    ) -> None:
        monkeypatch.setattr(http_protocol, "ARRIVAL", 0.3)
        with closing(served.open()) as connection:
            connection.sendall((ALLOWED + begun).encode())
            assert statuses(read_all(connection)) == [200]

    def test_sends_nothing_of_an_answer_with_a_line_too_many(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        planted = Answer(200, [(b"x", b"a\r\nset-cookie: b=c")], goes_on=True)
        monkeypatch.setattr(served.world.app, "at_once", lambda _: planted)

        answers = served.exchange(ALLOWED + ALLOWED)

        assert statuses(answers) == [503]
        assert b"set-cookie" not in answers

    def test_refuses_where_the_application_breaks(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def at_once(_: Incoming) -> Answer:
            raise RuntimeError

        monkeypatch.setattr(served.world.app, "at_once", at_once)

        assert statuses(served.exchange(ALLOWED + ALLOWED)) == [503]

    def test_reads_no_more_of_whoever_does_not_read(self, served: Served) -> None:
        page = f"GET /check/ HTTP/1.1\r\n{OURS}accept: text/html\r\n\r\n".encode()
        sent = 0
        with closing(served.open()) as connection:
            connection.settimeout(1)
            with suppress(TimeoutError):
                while sent < 200_000:
                    connection.sendall(page * 100)
                    sent += 100
        assert sent < 200_000
        assert statuses(served.exchange(ALLOWED)) == [200]


def test_never_mixes_up_two_connections(served: Served) -> None:
    async def ask(number: int) -> list[int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        asked, status = ((ALLOWED, 200), (REFUSED, 302))[number % 2]
        found = []
        for _ in range(50):
            writer.write(asked.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
            await reader.readexactly(length)
            found.append(int(head.split()[1]))
        writer.close()
        assert found == [status] * 50
        return found

    async def everybody() -> None:
        await asyncio.gather(*map(ask, range(20)))

    asyncio.run(everybody())
