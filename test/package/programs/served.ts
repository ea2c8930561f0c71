// All sub-paths together under strict compiler options, without browser types.
import { createApp, cron, type SessionOptions, type TaskOptions } from 'gantry'
import { createHttp } from 'gantry/http'
import * as inspect from 'gantry/inspect'
import * as machines from 'gantry/machines'
import { TestClock } from 'gantry/testing'

const options: SessionOptions = { clock: new TestClock(), store: 'memory' }
const app = createApp(options)
const often: TaskOptions = { priority: 1, description: 'often' }
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
