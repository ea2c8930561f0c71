// A user's first program, as an ES module: two tasks, one after the other, on a clock that the program advances.
import { afterSuccess, createApp, daily, returnOf } from 'gantry'
import { TestClock } from 'gantry/testing'

const clock = new TestClock({ at: '2026-03-29T00:00', zone: 'Europe/Berlin' })
const app = createApp({ clock, timezone: 'Europe/Berlin' })
const fetched = app.task('fetch', daily.after('02:30'), () => [1, 2, 3])
app.task('report', afterSuccess(fetched), { args: { rows: returnOf(fetched) } }, ({ rows }) => rows.length)
const session = await app.start()
await clock.advance('4 hours')
console.log(JSON.stringify({ at: fetched.lastRun.toISO(), rows: session.task('report').lastValue }))
session.shutDown()
await session.stopped
