/** All benchmarks of a session's cost on this machine. */

import { benchConditions } from './conditions.ts'
import { benchExecutors, benchLargeValues } from './executors.ts'
import { benchForecast } from './forecast.ts'
import { benchHolds } from './holds.ts'
import { benchHttp } from './http.ts'
import { benchIdle } from './idle.ts'
import { benchLateness } from './lateness.ts'
import { benchStores } from './stores.ts'
import { quietApp, row, stop } from './support.ts'
import { benchTypeCheck } from './type-check.ts'
import { benchWorkflows } from './workflows.ts'

for (const count of [1, 100, 10_000]) {
  const app = quietApp()
  let runs = 0
  for (let n = 0; n < count; n++) app.task(`t${n}`, true, () => void runs++)
  await app.start()
  await app.session.clock.sleep(500)
  const before = runs
  const start = performance.now()
  await app.session.clock.sleep(2000)
  row(
    `no-op runs a second, ${count} tasks`,
    Math.round(((runs - before) / (performance.now() - start)) * 1000).toString(),
  )
  await stop(app)
}

await benchHolds()
await benchIdle()
await benchLateness()
await benchForecast()
await benchConditions()
benchTypeCheck()

{
  const app = quietApp()
  const waits: number[] = []
  let ended = 0
  const a = app.task('a', false, () => {
    ended = performance.now()
  })
  app.task('b', "after task 'a' succeeded", () => void waits.push(performance.now() - ended))
  await app.start()
  for (let n = 0; n < 200; n++) {
    await a.run()
    await app.session.clock.sleep(2)
  }
  waits.sort((x, y) => x - y)
  row('success of A to start of B, 200 pairs, p50', `${waits[Math.floor(waits.length / 2)]?.toFixed(3)} ms`)
  await stop(app)
}

await benchExecutors()
await benchLargeValues()
await benchStores()
await benchHttp()
await benchWorkflows(2000)
