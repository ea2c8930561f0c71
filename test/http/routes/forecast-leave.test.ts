/** Forecasts of clients that disconnect: the simulation ends, and the next request has its turn. */
import { connect } from 'node:net'
import { afterEach, expect, jest, test } from '@jest/globals'
import { createMemoryStore, type Forecast, type ForecastOptions, type LogQuery, type Store } from 'gantry'
import { type Served, serve, tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

let served: Served
afterEach(() => served.close())

/** The requested forecasts and how they ended. */
interface Played {
  readonly options: ForecastOptions
  readonly forecast: Promise<Forecast>
}

/** A session whose forecasts wait at their first query of the log until `go` is called. */
async function start() {
  const logged: unknown[] = []
  const gate = gateOf()
  const inner = createMemoryStore()
  const store: Store = {
    name: inner.name,
    durable: inner.durable,
    load: () => inner.load(),
    append: (entries) => inner.append(entries),
    query: async (query: LogQuery) => {
      if (query.action === 'success') await gate.promise
      return inner.query(query)
    },
    notes: (query) => inner.notes(query),
    prune: (retention, now) => inner.prune(retention, now),
    close: () => inner.close(),
  }
  const logger = { ...silent, error: (...about: unknown[]) => void logged.push(about) }
  served = await serve((app) => void app.task('hourly', 'hourly', () => {}), {}, { logger, store })
  const { session } = served.app
  const forecast = session.forecast.bind(session)
  const asked = gateOf<Played>()
  jest.spyOn(session, 'forecast').mockImplementation((options = {}) => {
    const made = { options, forecast: forecast(options) }
    made.forecast.catch(() => {})
    asked.resolve(made)
    return made.forecast
  })
  return { logged, asked: asked.promise, go: () => gate.resolve() }
}

function gateOf<T = void>() {
  let resolve = (_: T): void => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Sends a request on a separate socket. */
function open(path: string) {
  const socket = connect(served.port, '127.0.0.1')
  socket.on('error', () => {})
  const head = `host: 127.0.0.1:${served.port}\r\nauthorization: Bearer ${tokens.token}`
  socket.write(`GET /api/v1${path} HTTP/1.1\r\n${head}\r\n\r\n`)
  return socket
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', resolve, { once: true })
  })

test('the simulation ends when the client disconnects: nothing is logged, and the next request is answered', async () => {
  const { logged, asked, go } = await start()
  const socket = open('/forecast')
  const { options, forecast } = await asked
  const next = served.ask('GET', '/forecast?limit=1')
  socket.destroy()
  await aborted(options.signal!)
  go()
  await expect(forecast).rejects.toBe(options.signal!.reason)
  const { status, body } = await next
  expect([status, body.runs.length]).toEqual([200, 1])
  expect(logged).toEqual([])
})
