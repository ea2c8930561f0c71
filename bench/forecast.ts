/** Benchmark of forecasts. */
import { daily } from 'gantry'
import { TestClock } from 'gantry/testing'
import { quietApp, row } from './support.ts'

const at = Date.UTC(2026, 0, 1)
const year = Date.UTC(2027, 0, 1)

/** Forecasts a year of a hundred daily tasks, at a hundred different minutes. */
export async function benchForecast(): Promise<void> {
  const app = quietApp({ timezone: 'Europe/Berlin', clock: new TestClock({ at }) })
  for (let n = 0; n < 100; n++)
    app.task(`t${n}`, daily.after(`${String(n % 20).padStart(2, '0')}:${10 + (n % 50)}`), () => {})
  for (const pass of ['first', 'again']) {
    const start = performance.now()
    const { runs } = await app.session.forecast({ until: year, limit: 100_000 })
    row(
      `forecast of a year of 100 daily tasks, ${pass}`,
      `${((performance.now() - start) / 1000).toFixed(2)} s, ${runs.length} runs`,
    )
  }
}
