"""A stub tool and a sandbox, each on a port of its own."""

from collections.abc import Iterator

import pytest

from tests.functional.sandbox.stub_tool import StubTool
from tests.support.sandbox import RunningSandbox, serve_app, start_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[StubTool, RunningSandbox]]:
    stub = StubTool()
    with serve_app(stub.app, host="127.0.0.1") as (url, _app), start_sandbox(url) as platform:
        stub.platform = str(platform)
        yield stub, platform


@pytest.fixture
def tool(running: tuple[StubTool, RunningSandbox]) -> StubTool:
    return running[0]


@pytest.fixture
def platform(running: tuple[StubTool, RunningSandbox]) -> RunningSandbox:
    return running[1]
