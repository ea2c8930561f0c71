/** A point at which a process kills itself, from within its store or its work. */
import {
  createJsonlStore,
  createSqliteStore,
  type LogEntry,
  type OpenSqlite,
  type Store,
} from '../../src/index.ts'
import { findSqlite } from '../../src/log/stores/sqlite/driver.ts'
import { tearWrites } from './torn-write.ts'

/**
 * The stages of a run. `before`: the record is not yet passed to the store; `within`: it is being written, with others; `after`: it
 * is durable, and no one has been notified.
 */
export type Point =
  | `${'before' | 'within' | 'after'} ${'start' | 'end'}`
  | 'during run'
  | `${'before' | 'after'} crash`

/** Kills the process when a task has reached a point the given number of times. */
export class Failpoint {
  #left: number

  constructor(
    readonly point: Point,
    readonly task: string,
    times: number,
  ) {
    this.#left = times
  }

  /** Called when a task reaches a point: returns true, once, if the process must die there. */
  isReached(point: string, task: string): boolean {
    return point === this.point && task === this.task && --this.#left === 0
  }

  /** Called when a task reaches a point: the process may be dead after this. */
  reach(point: string, task: string): void {
    if (this.isReached(point, task)) process.kill(process.pid, 'SIGKILL')
  }
}

/** The store of an option, with the failpoint in it. */
export function failingStore(option: string, failpoint: Failpoint): Store {
  const kind = option.split(':', 1)[0]!
  const path = option.slice(kind.length + 1)
  const store =
    kind === 'sqlite'
      ? createSqliteStore(path, { library: failingLibrary(failpoint) })
      : createJsonlStore(path)
  if (kind === 'jsonl') tearWrites((bytes) => tearAt(bytes, failpoint))
  const append = store.append.bind(store)
  return Object.assign(store, {
    append(entries: readonly LogEntry[]) {
      reachAll('before', entries, failpoint)
      const done = append(entries)
      return done?.then(() => reachAll('after', entries, failpoint))
    },
  })
}

function reachAll(when: 'before' | 'after', entries: readonly LogEntry[], failpoint: Failpoint): void {
  for (const entry of entries)
    if ('action' in entry) failpoint.reach(`${when} ${partOf(entry.action)}`, entry.task)
}

function partOf(action: unknown): string {
  return action === 'run' ? 'start' : action === 'crash' ? 'crash' : 'end'
}

/** SQLite that dies in the middle of a transaction, after the row was inserted and before the commit. */
function failingLibrary(failpoint: Failpoint): OpenSqlite {
  return (path) => {
    const driver = findSqlite()(path)
    return {
      ...driver,
      prepare(sql) {
        const statement = driver.prepare(sql)
        if (!sql.startsWith('INSERT INTO record')) return statement
        return {
          ...statement,
          run(...values) {
            const changes = statement.run(...values)
            failpoint.reach(`within ${partOf(values[3])}`, String(values[1]))
            return changes
          },
        }
      },
    }
  }
}

/** The middle of the record's line. */
function tearAt(bytes: Buffer, failpoint: Failpoint): number | null {
  let end = 0
  for (const line of bytes.toString().split('\n')) {
    const [, task, action] = /"task":"([^"]*)".*"action":"([^"]*)"/.exec(line) ?? []
    if (task !== undefined && failpoint.isReached(`within ${partOf(action)}`, task))
      return end + Math.floor(Buffer.byteLength(line) / 2)
    end += Buffer.byteLength(line) + 1
  }
  return null
}
