# SPDX-License-Identifier: Apache-2.0
"""290 departments' systems on loopback, in a process of their own; some stall, three are dead."""

import asyncio
import math
from collections import Counter
from dataclasses import dataclass
from random import Random

from aiohttp import web

COUNT = 290
SIGMA = 0.35
STALLS, FAILS = 0.01, 0.005
DEAD = {97: "silent", 193: "failing", 288: "refusing"}
"""By number: one never answers, one always says 500, one is not there at all."""


@dataclass(frozen=True, slots=True)
class Register:
    """One system; `median` in seconds."""

    number: int
    median: float

    @property
    def p95_ms(self) -> int:
        """What it promises: true, but for stalls."""
        return round(1000 * self.median * math.exp(1.645 * SIGMA))


def registers(seed: int = 290) -> list[Register]:
    """Return the systems, the same ones in every process."""
    random = Random(seed)
    return [Register(number, random.uniform(0.020, 0.120)) for number in range(COUNT)]


class City:
    """Serves them all."""

    def __init__(self) -> None:
        self.random = Random(1)
        self.every = registers()
        self.seen: Counter[int] = Counter()

    async def ask(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        self.seen[number] += 1
        luck = self.random.random()
        if DEAD.get(number) == "silent":
            await asyncio.sleep(3600)
        if luck < STALLS:
            await asyncio.sleep(self.random.uniform(2, 6))
        else:
            median = self.every[number].median
            await asyncio.sleep(self.random.lognormvariate(math.log(median), SIGMA))
        if DEAD.get(number) == "failing" or STALLS <= luck < STALLS + FAILS:
            return web.Response(status=500)
        key, fields = request.query["key"], request.query["fields"].split(",")
        record = {name: key if name == "uscc" else f"{name} {number}" for name in fields}
        return web.json_response({"records": [record], "as_of": "2026-11-20"})

    async def count(self, _: web.Request) -> web.Response:
        return web.json_response({"requests": self.seen.total()})


async def serve() -> None:
    """Serve until the process is ended; the port is printed first."""
    city = City()
    app = web.Application()
    app.router.add_get("/registers/{number}", city.ask)
    app.router.add_get("/count", city.count)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
