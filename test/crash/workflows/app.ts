/**
 * The process that is killed: `node app.js STORE FILE POINTS`. It runs a workflow again and again, sends it the event that it waits for,
 * and appends to FILE what steps and events do. It kills itself at the given number of points (0: none, and no workflow begins:
 * it ends once the open ones have).
 */
import { appendFileSync } from 'node:fs'
import {
  createApp,
  createJsonlStore,
  createSqliteStore,
  type LogEntry,
  type OpenSqlite,
} from '../../../src/index.ts'
import { findSqlite } from '../../../src/log/stores/sqlite/driver.ts'
import { createOrder } from './order-machine.ts'

const [, , option = '', file = '', points = '0'] = process.argv
const [kind, path] = [option.slice(0, option.indexOf(':')), option.slice(option.indexOf(':') + 1)]
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error }
const isSettling = points === '0'
let left = Number(points)

const write = (line: object): void =>
  appendFileSync(file, `${JSON.stringify({ ...line, pid: process.pid })}\n`)

/** A point at which the process may die. */
function reach(point: string): void {
  left -= 1
  if (left !== 0) return
  write({ what: 'kill', point })
  process.kill(process.pid, 'SIGKILL')
}

/** Dies in the middle of a transaction: between the rows, and before the commit. */
const library: OpenSqlite = (of) => {
  const driver = findSqlite()(of)
  return {
    ...driver,
    prepare(sql) {
      const statement = driver.prepare(sql)
      if (!/^(INSERT INTO|DELETE FROM) note/.test(sql)) return statement
      return {
        ...statement,
        run(...values) {
          const changes = statement.run(...values)
          reach('within a transaction')
          return changes
        },
      }
    },
  }
}

function storeOf() {
  const store = kind === 'sqlite' ? createSqliteStore(path, { library }) : createJsonlStore(path)
  const append = store.append.bind(store)
  return Object.assign(store, {
    append(entries: readonly LogEntry[]) {
      const isState = entries.some((entry) => 'note' in entry && entry.note === 'workflow')
      const isEnd = entries.some((entry) => 'action' in entry && entry.action !== 'run')
      const what = isState ? 'a state' : isEnd ? 'an end' : null
      if (what !== null) reach(`before ${what}`)
      const done = append(entries)
      return what === null ? done : done?.then(() => reach(`after ${what}`))
    },
  })
}

const app = createApp({ store: storeOf, logger: silent, timezone: 'UTC' })
const { clock } = app.session

const order = app.task(
  'order',
  false,
  createOrder(async (call) => {
    write({ what: 'begin', ...call, at: clock.now() })
    reach(`at the begin of ${call.step}`)
    await clock.sleep(Math.random() * 4)
    reach(`during ${call.step}`)
    write({ what: 'end', ...call })
    reach(`at the end of ${call.step}`)
  }),
)

await app.start()
for (let n = 0; ; n++) {
  const [live] = order.runs
  if (live === undefined && isSettling) break
  if (live === undefined) order.run().catch(() => {})
  else if (live.workflow?.accepts.includes('approve') === true) {
    const by = `${process.pid}-${n}`
    reach('before the event')
    const answer = order.send({ type: 'approve', by })
    reach('during the event')
    if ((await answer) === 'accepted') write({ what: 'answer', run: live.id, by })
    reach('after the event')
  }
  await clock.sleep(2)
}
app.session.shutDown()
await app.session.stopped
