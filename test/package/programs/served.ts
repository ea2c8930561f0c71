// All sub-paths together under strict compiler options, without browser types.
import { createApp, cron, type SessionOptions, type TaskOptions } from 'gantry'
import * as conditions from 'gantry/conditions'
import { createHttp } from 'gantry/http'
import * as inspect from 'gantry/inspect'
import { createMemoryStore } from 'gantry/log'
import * as machines from 'gantry/machines'
import { TestClock } from 'gantry/testing'
import { past } from 'gantry/time'

const options: SessionOptions = { clock: new TestClock(), store: 'memory' }
const app = createApp(options)
const often: TaskOptions = { priority: 1, description: 'often' }
app.task('seldom', conditions.every('1 hour').and(conditions.started.today), () => past('1 hour').toString())
export const store = createMemoryStore()
app.task('often', cron('*/5 * * * *'), often, async (_, run) => run.signal.aborted)
export const serve = async (): Promise<string> => {
  await using session = await app.start()
  const http = createHttp(session, {
    auth: (request) => (request.url === '' ? null : { name: 'ada', access: 'all' }),
  })
  const { url } = await http.listen({ port: 0 })
  return url
}
export const rooms = [inspect, machines]
