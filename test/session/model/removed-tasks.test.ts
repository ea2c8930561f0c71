/** Removed tasks and ended runs leave no objects in memory. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from '@jest/globals'
import { CommandRefusedError } from 'gantry'
import type { InspectionEvent } from 'xstate'
import { nextTurn } from '../../../src/clock/system-clock.ts'
import { internalsOf } from '../../../src/session/state/session-internals.ts'
import { type Desk, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** Each way in which a task ends. */
const lives: Record<string, (desk: Desk, name: string) => Promise<void>> = {
  'created and removed': async ({ session }, name) => {
    session.createTask(name, 'daily after 07:00', () => {})
    await session.removeTask(name)
  },
  'run and removed': async ({ session, clock }, name) => {
    const handle = session.createTask(name, false, { args: { n: 1 } }, () => name).run()
    await clock.settled()
    await handle
    await session.removeTask(name)
  },
  'removed during a run': async ({ session, clock }, name) => {
    session.createTask(name, false, (_: unknown, run) => clock.sleep(1e9, { signal: run.signal })).run()
    await clock.settled()
    await session.removeTask(name)
  },
  'removed while a run is queued': async ({ session }, name) => {
    const task = session.createTask(name, false, () => {})
    session.hold()
    const refused = task.run().catch(() => {})
    await session.removeTask(name)
    session.resume()
    await refused
  },
  'whose actor failed': async ({ session, clock }, name) => {
    session.createTask(name, `param '${name}' exists`, () => {})
    const now = clock.now
    let isBroken = true
    clock.now = () => {
      if (!isBroken) return now.call(clock)
      isBroken = false
      throw new Error('bad')
    }
    expect(() => session.task(name).disable()).toThrow(CommandRefusedError)
    clock.now = now
    await clock.settled()
    await session.removeTask(name)
  },
}

const collect = ((): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

/** Collects weak references to the objects that the session creates for its tasks and their runs. */
function referencesIn({ session }: Desk): Map<string, WeakRef<object>[]> {
  const found = new Map<string, WeakRef<object>[]>()
  const keep = (kind: string, part: object | undefined): void => {
    if (part === undefined) return
    const references = found.get(kind) ?? []
    found.set(kind, references)
    references.push(new WeakRef(part))
  }
  session.on('task.added', ({ task }) => {
    const entry = internalsOf(session).registry.entries.get(task)!
    keep('entries', entry)
    keep('actors', entry.actor)
    keep('handles', session.task(task))
    keep('conditions', entry.definition.start)
  })
  session.on('run.started', ({ task }) => {
    const entry = [...internalsOf(session).registry.byId.values()].find(({ name }) => name === task)
    const slot = [...(entry?.live ?? [])].at(-1)
    keep('slots', slot)
    keep('actors of runs', slot?.actor)
    keep('promises', slot?.pending?.handle)
  })
  return found
}

describe.each(Object.keys(lives))('a task, %s,', (life) => {
  test('leaves no actor, entry, run or handle in memory', async () => {
    const desk = setUp()
    await desk.app.start()
    const references = referencesIn(desk)
    for (let n = 0; n < 20; n++) await lives[life]!(desk, `t${n}`)
    // The desk keeps references to all events.
    desk.news.length = 0
    const livingOf = (kind: string): number =>
      references.get(kind)!.filter((reference) => reference.deref() !== undefined).length
    // `deref()` keeps its object alive until the end of the turn.
    for (let turn = 0; turn < 5; turn++) {
      await desk.clock.settled()
      await nextTurn()
      collect()
    }
    expect(references.get('actors')).toHaveLength(20)
    // V8 may still hold the objects of the last task or two, but not of twenty.
    for (const kind of references.keys()) expect([kind, Math.max(2, livingOf(kind))]).toEqual([kind, 2])
  })

  test('sends no event with a unique type to the machines, since XState remembers each type forever', async () => {
    const types = new Set<string>()
    const desk = setUp({
      inspect: (seen: InspectionEvent) => {
        if (seen.type === '@xstate.microstep' || seen.type === '@xstate.snapshot') types.add(seen.event.type)
      },
    })
    await desk.app.start()
    for (const name of ['a', 'b', 'c']) await lives[life]!(desk, name)
    await desk.clock.settled()
    expect([...types].filter((type) => /#|\d|x:/.test(type))).toEqual([])
    // The actors that the session machine invokes have constant ids.
    const ofSteps = /^xstate\.(init|promise\.resolve|done\.actor\.(startupHooks|restore|startupTasks))$/
    expect([...types].filter((type) => type.startsWith('xstate.') && !ofSteps.test(type))).toEqual([])
  })
})
