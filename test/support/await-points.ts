/** A session that waits at every await point of a start and a stop until the test lets it go on. */
import { CommandRefusedError, createMemoryStore, type RunRecord, type Store } from 'gantry'
import { internalsOf } from '../../src/session/state/session-internals.ts'
import { type Desk, setUp } from './session.ts'

export const orders = ['shutDown', 'force', 'restart', 'start', 'hold', 'resume', 'fail'] as const
export type Order = (typeof orders)[number]

export interface Life {
  readonly desk: Desk
  /** Await points that were reached, in order. */
  readonly reached: string[]
  /** Broken rules. */
  readonly faults: string[]
  give(order: Order): void
  /** Lets one await point go on: the first, or the last for -1; false if there is none. */
  goOn(pick?: number): Promise<boolean>
  /** Shuts down until the session has stopped and no await point is left. */
  end(pick?: number): Promise<void>
}

const crashed: RunRecord = {
  task: 'a',
  runId: 'r1',
  action: 'run',
  at: Date.UTC(2026, 10, 24),
  seq: 1,
} as RunRecord

/** A state may refuse a command; any other error is a fault. */
function orBeRefused(send: () => void): void {
  try {
    send()
  } catch (error) {
    if (!(error instanceof CommandRefusedError)) throw error
  }
}

/** `hasShutdownTask` false: no run is recorded by a stop. */
export function createLife({ hasShutdownTask = true } = {}): Life {
  const reached: string[] = []
  const faults: string[] = []
  const pending: (() => void)[] = []
  const at = (point: string): Promise<void> => {
    reached.push(point)
    return new Promise((resolve) => void pending.push(resolve))
  }
  const kept = createMemoryStore()
  kept.append([crashed])
  let closes = 0
  let isClosed = false
  const use = (what: string): void => {
    if (isClosed) faults.push(`${what} after the store was closed`)
  }
  const store: Store = {
    name: 'gated',
    durable: true,
    async load() {
      isClosed = false
      await at('load')
      return kept.load()
    },
    append(entries) {
      use('append')
      return kept.append(entries)
    },
    query: (query) => kept.query(query),
    async notes(query) {
      use('notes')
      await at('notes')
      return kept.notes(query)
    },
    prune: (retention, now) => kept.prune(retention, now),
    async close() {
      use('close')
      closes += 1
      isClosed = true
      await at('close')
    },
  }
  const desk = setUp({ store, persist: true, onError: 'log', drainTimeout: '1 minute' })
  const { app, session, clock, news } = desk
  // Each part after is called once, with how the start or the stop came out.
  let open = 0
  for (const kind of ['startup', 'shutdown'] as const)
    for (const n of [1, 2])
      app.hook(kind, async () => {
        await at(`${kind} hook ${n}`)
        open += 1
        let calls = 0
        return async () => {
          calls += 1
          open -= 1
          if (calls > 1) faults.push(`the part after of ${kind} hook ${n} was called again`)
          await at(`after ${kind} hook ${n}`)
        }
      })
  const work = (name: string) => async () => await at(`task ${name}`)
  app.task('up 1', false, { onStartup: true, execution: 'main' }, work('up 1'))
  app.task('up 2', false, { onStartup: true }, work('up 2'))
  app.task('plain', 'in 1 second', work('plain'))
  if (hasShutdownTask) app.task('down', false, { onShutdown: true, execution: 'main' }, work('down'))
  session.on('session.stopped', () => {
    if (!isClosed) faults.push('stopped before the store was closed')
  })
  /** The news at the last moment in which the session had stopped; null before that. */
  let silentAt: number | null = null
  const check = async (): Promise<void> => {
    await clock.settled()
    if (session.state !== 'stopped' || closes === 0) {
      silentAt = null
      return
    }
    silentAt ??= news.length
    if (news.length > silentAt) faults.push(`news after stopped: ${JSON.stringify(news.slice(silentAt))}`)
    if (clock.untilNextMs !== Number.POSITIVE_INFINITY) faults.push('a timer after stopped')
    const children = Object.keys(session.actor.getSnapshot().children)
    if (children.length > 0) faults.push(`invoked after stopped: ${children.join()}`)
  }
  const give = (order: Order): void => {
    if (order === 'shutDown') session.shutDown()
    else if (order === 'force') session.shutDown({ force: true })
    else if (order === 'start') {
      silentAt = null
      app.start().catch(() => {})
    } else if (order === 'fail') internalsOf(session).reporter.failFatally(new Error('fatal'))
    else orBeRefused(() => session[order]())
  }
  const goOn = async (pick = 0): Promise<boolean> => {
    await check()
    const [next] = pending.splice(pick < 0 ? -1 : pick % Math.max(1, pending.length), 1)
    next?.()
    await check()
    return next !== undefined
  }
  const end = async (pick = 0): Promise<void> => {
    for (let n = 0; n < 200; n++) {
      if (session.state !== 'stopped' && session.state !== 'stopping') session.shutDown()
      if ((await goOn(pick)) || session.state !== 'stopped') {
        // Work that does not listen is abandoned after its grace.
        if (pending.length === 0 && session.state !== 'stopped') await clock.advance('1 minute')
        continue
      }
      // A late change finds nothing that writes it.
      session.params.set('late', n)
      await check()
      if (open !== 0) faults.push(`${open} parts after of hooks were not called`)
      return
    }
    faults.push(`not stopped: ${JSON.stringify(session.actor.getSnapshot().value)}`)
  }
  return { desk, reached, faults, give, goOn, end }
}
