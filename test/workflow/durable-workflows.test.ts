/** Workflows over a durable store: continuation after crashes and stops, delays, versions, answers to events. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { createMemoryStore, type LogEntry, type Note, runOf, workflow } from 'gantry'
import { type AnyStateMachine, assign, createMachine, fromPromise, raise, sendTo, setup } from 'xstate'
import { durableStore } from '../support/durable-store.ts'
import { type Desk, gate, setUp, tearDown, warningsIn } from '../support/session.ts'

afterEach(tearDown)

type Kept = ReturnType<typeof createMemoryStore>

const open = (kept: Kept) => durableStore(kept, (entries) => kept.append(entries))

/** A session over the same log, `after` the given time since noon. The session before it counts as killed. */
async function process(
  kept: Kept,
  machine: Parameters<Desk['app']['task']>[3],
  { after, options = {} }: { after?: string; options?: object } = {},
) {
  const desk = setUp({ store: open(kept) })
  if (after !== undefined) await desk.clock.advance(after)
  const task = desk.app.task('flow', false, options, machine as AnyStateMachine)
  await desk.app.start()
  return { ...desk, task }
}

/** A copy of a log as a killed process leaves it. */
function copyOf(kept: Kept): Kept {
  const copy = createMemoryStore()
  copy.append(kept.load().slice())
  return copy
}

const statesIn = (kept: Kept): Note[] => kept.notes({ note: 'workflow' }).slice().reverse()
const actionsIn = (kept: Kept) => kept.query({ oldestFirst: true }).map(({ action }) => action)

describe('delays', () => {
  const nested = setup({
    actors: {
      child: createMachine({
        initial: 'a',
        states: { a: { after: { 3600000: 'b' } }, b: { type: 'final' } },
      }),
    },
  }).createMachine({
    initial: 'work',
    states: {
      work: {
        invoke: { src: 'child', id: 'child', onDone: 'tell' },
        entry: raise({ type: 'late' }, { delay: 40 * 86_400_000, id: 'late' }),
      },
      tell: { on: { late: 'done' } },
      done: { type: 'final' },
    },
  })

  test('each keeps its due instant over any number of kills, in nested machines too', async () => {
    const kept = createMemoryStore()
    const first = await process(kept, nested)
    first.task.run().catch(() => {})
    await first.clock.settled()
    const dueOf = (store: Kept) =>
      (statesIn(store).at(-1)!.data as { delays: { due: number }[] }).delays.map(({ due }) => due)
    const due = dueOf(kept)
    const noon = first.clock.now()
    expect(due.map((at) => at - noon).sort((a, b) => a - b)).toEqual([3_600_000, 40 * 86_400_000])

    const second = await process(copyOf(kept), nested, { after: '20 minutes' })
    expect(second.task.runs).toHaveLength(1)
    const log = createMemoryStore()
    log.append((await second.session.log.notes({ note: 'workflow' })) as LogEntry[])
    expect(dueOf(log)).toEqual(due)
    await second.clock.advance('39 minutes')
    expect(second.task.runs[0]?.workflow?.state).toBe('work')
    await second.clock.advance('1 minute')
    expect(second.task.runs[0]?.workflow?.state).toBe('tell')
    await second.clock.advance('39 days 22 hours 59 minutes')
    expect(second.task.state).toBe('running')
    await second.clock.advance('1 minute')
    expect(second.task.status).toBe('success')
  })

  test('one that is overdue at a restart fires at once', async () => {
    const kept = createMemoryStore()
    const machine = createMachine({
      initial: 'a',
      states: { a: { after: { 60000: 'b' } }, b: { type: 'final' } },
    })
    const first = await process(kept, machine)
    first.task.run().catch(() => {})
    await first.clock.settled()
    const second = await process(copyOf(kept), machine, { after: '1 day' })
    await second.clock.settled()
    expect(second.task.status).toBe('success')
  })

  test('a cancelled delay is not stored', async () => {
    const kept = createMemoryStore()
    const machine = createMachine({
      initial: 'a',
      states: { a: { after: { 60000: 'c' }, on: { next: 'b' } }, b: {}, c: { type: 'final' } },
    })
    const { task, clock } = await process(kept, machine)
    task.run().catch(() => {})
    await clock.settled()
    expect(statesIn(kept).at(-1)?.data).toHaveProperty('delays')
    await task.send({ type: 'next' })
    expect(statesIn(kept).at(-1)?.data).not.toHaveProperty('delays')
    await clock.advance('1 day')
    expect(task.runs[0]?.workflow?.state).toBe('b')
  })
})

describe('a killed process', () => {
  /** Three steps, whose executions are counted by their key. */
  function threeSteps(counts: Map<string, number>, hold?: Promise<void>) {
    const step = (name: string) =>
      fromPromise(async ({ self }) => {
        const { key } = runOf(self).step
        counts.set(key, (counts.get(key) ?? 0) + 1)
        if (name === 'two') await hold
        return name
      })
    return setup({ actors: { one: step('one'), two: step('two'), three: step('three') } }).createMachine({
      initial: 'one',
      states: {
        one: { invoke: { src: 'one', id: 'one', onDone: 'two' } },
        two: { invoke: { src: 'two', id: 'two', onDone: 'three' } },
        three: { invoke: { src: 'three', id: 'three', onDone: 'done' } },
        done: { type: 'final' },
      },
    })
  }

  test('continues with the step under way, with the same key; ended steps do not run again', async () => {
    const kept = createMemoryStore()
    const counts = new Map<string, number>()
    const blocked = gate()
    const first = await process(kept, threeSteps(counts, blocked.promise))
    const run = first.task.run()
    run.catch(() => {})
    await first.clock.settled()
    const copy = copyOf(kept)
    const second = await process(copy, threeSteps(counts))
    await second.clock.settled()
    expect(second.task.status).toBe('success')
    expect([...counts]).toEqual([
      [`${run.id}/one#1`, 1],
      [`${run.id}/two#1`, 2],
      [`${run.id}/three#1`, 1],
    ])
    expect(actionsIn(copy)).toEqual(['run', 'success'])
    blocked.open()
  })

  test('without a stored state the workflow starts from its beginning, in the same run', async () => {
    const kept = createMemoryStore()
    kept.append([{ seq: 1, task: 'flow', runId: 'r1', action: 'run', at: 0, start: 0, params: { n: 2 } }])
    const seen: unknown[] = []
    const machine = createMachine({
      initial: 'a',
      context: ({ input }) => void seen.push(input) as never,
      states: { a: { type: 'final' } },
    })
    const { task } = await process(kept, machine)
    expect(seen).toEqual([{ n: 2 }])
    expect(task.status).toBe('success')
    expect(kept.query({})).toMatchObject([{ runId: 'r1', action: 'success' }, { runId: 'r1' }])
  })

  test.each(['fail', 'rerun'] as const)("with onCrash '%s' it is a crash", async (onCrash) => {
    const kept = createMemoryStore()
    const machine = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } })
    const first = await process(kept, machine, { options: { onCrash } })
    const run = first.task.run()
    run.catch(() => {})
    await first.clock.settled()
    const second = await process(copyOf(kept), machine, { options: { onCrash } })
    await second.clock.settled()
    expect(second.task.lastCrash).not.toBeNull()
    expect(second.task.runs.filter(({ id }) => id === run.id)).toEqual([])
  })

  test('a state of another version is a crash, unless migrate converts it', async () => {
    const kept = createMemoryStore()
    const before = createMachine({
      id: 'm',
      initial: 'old',
      states: { old: { on: { go: 'done' } }, done: { type: 'final' } },
    })
    const after = createMachine({
      id: 'm',
      initial: 'new',
      states: { new: { on: { go: 'done' } }, done: { type: 'final' } },
    })
    const first = await process(kept, workflow(before, { version: '1' }))
    first.task.run().catch(() => {})
    await first.clock.settled()

    const renamed = copyOf(kept)
    const second = await process(renamed, workflow(after, { version: '1' }))
    expect(second.task.status).toBe('crash')
    expect(renamed.query({ action: 'crash' })[0]?.reason).toContain('its state does not fit the workflow')
    expect(statesIn(renamed)).toHaveLength(1)

    const other = copyOf(kept)
    const third = await process(other, workflow(after, { version: '2' }))
    expect(third.task.status).toBe('crash')
    expect(other.query({ action: 'crash' })[0]?.reason).toContain(
      'its state is of version 1, and the workflow is of version 2',
    )

    const migrated = copyOf(kept)
    const fourth = await process(
      migrated,
      workflow(after, {
        version: '2',
        migrate: (snapshot, version) => ({ ...snapshot, value: version === '1' ? 'new' : 'done' }) as never,
      }),
    )
    expect(fourth.task.runs[0]?.workflow?.state).toBe('new')
    await fourth.task.send({ type: 'go' })
    expect(fourth.task.status).toBe('success')
  })
})

describe('answers to events', () => {
  const machine = createMachine({
    initial: 'a',
    context: { n: 0 },
    states: {
      a: { on: { add: { actions: assign({ n: ({ context }) => context.n + 1 }) }, end: 'b' } },
      b: { type: 'final' },
    },
  })

  test('an event is answered when its effects are durable, and an event that ends the run when the end is', async () => {
    const kept = createMemoryStore()
    const writes: (() => void)[] = []
    let isSlow = false
    const store = durableStore(kept, (entries) => {
      kept.append(entries)
      return isSlow ? new Promise((resolve) => void writes.push(resolve)) : undefined
    })
    const { app } = setUp({ store })
    const task = app.task('flow', false, machine)
    await app.start()
    const run = task.run()
    await run.started
    isSlow = true
    const turns = async () => {
      for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve))
    }
    const answers: string[] = []
    void task.send({ type: 'add' }).then((how) => answers.push(how))
    await turns()
    expect([answers, writes.length > 0]).toEqual([[], true])
    for (const write of writes.splice(0)) write()
    await turns()
    expect(answers).toEqual(['accepted'])
    void task.send({ type: 'end' }).then((how) => answers.push(how))
    await turns()
    expect(answers).toHaveLength(1)
    isSlow = false
    for (const write of writes.splice(0)) write()
    expect(await run).toMatchObject({ action: 'success' })
    await turns()
    expect(answers).toHaveLength(2)
  })

  test('an event that comes before the work begins waits for it', async () => {
    const kept = createMemoryStore()
    const writes: (() => void)[] = []
    let isSlow = true
    const store = durableStore(kept, (entries) => {
      kept.append(entries)
      return isSlow ? new Promise((resolve) => void writes.push(resolve)) : undefined
    })
    const { app } = setUp({ store })
    const task = app.task('flow', false, machine)
    await app.start()
    const run = task.run()
    for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve))
    expect(task.state).toBe('running')
    const answer = task.send({ type: 'end' })
    isSlow = false
    for (const write of writes.splice(0)) write()
    expect(await answer).toBe('accepted')
    expect(await run).toMatchObject({ action: 'success' })
  })
})

test('an event for a run that is terminated before its work begins is refused', async () => {
  const kept = createMemoryStore()
  const writes: (() => void)[] = []
  const store = durableStore(kept, (entries) => {
    kept.append(entries)
    return entries.some((entry) => 'action' in entry && entry.action === 'run')
      ? new Promise((resolve) => void writes.push(resolve))
      : undefined
  })
  const { app } = setUp({ store })
  const machine = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } })
  const task = app.task('flow', false, machine)
  await app.start()
  const run = task.run()
  for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve))
  const answer = task.send({ type: 'go' }).catch((error: unknown) => error)
  run.terminate()
  for (const write of writes.splice(0)) write()
  expect(await run).toMatchObject({ action: 'terminate' })
  expect(await answer).toMatchObject({ code: 'GANTRY_COMMAND_REFUSED', state: 'ended' })
})

test('a restart of the session in the same process continues the run', async () => {
  const kept = createMemoryStore()
  const machine = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } })
  const { session, task, clock, news } = await process(kept, machine)
  const run = task.run()
  run.catch(() => {})
  await clock.settled()
  session.restart()
  await clock.settled()
  expect(session.state).toBe('running')
  expect(task.runs.map(({ id, workflow }) => [id, workflow?.state])).toEqual([[run.id, 'a']])
  await task.send({ type: 'go' })
  expect(task.status).toBe('success')
  expect(news.map(({ type }) => type).filter((type) => type.startsWith('run.'))).toEqual([
    'run.queued',
    'run.started',
    'run.suspended',
    'run.resumed',
    'run.ended',
  ])
})

test('two runs of one machine may use the same system id', async () => {
  const kept = createMemoryStore()
  const machine = setup({ actors: { child: createMachine({ on: { ping: {} } }) } }).createMachine({
    initial: 'a',
    invoke: { src: 'child', systemId: 'mailer' },
    states: {
      a: {
        on: { go: { target: 'b', actions: sendTo(({ system }) => system.get('mailer'), { type: 'ping' }) } },
      },
      b: { type: 'final' },
    },
  })
  const { task, clock } = await process(kept, machine, { options: { concurrency: 2 } })
  const runs = [task.run(), task.run()]
  await clock.settled()
  expect(task.runs).toHaveLength(2)
  await task.send({ type: 'go' })
  expect(await Promise.all(runs)).toMatchObject([{ action: 'success' }, { action: 'success' }])
})

test('an effect that throws at the resumption fails the run and not the session', async () => {
  const kept = createMemoryStore()
  const machine = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } })
  const first = await process(kept, machine)
  first.task.run().catch(() => {})
  await first.clock.settled()
  const copy = copyOf(kept)
  const second = await process(
    copy,
    workflow(machine, {
      version: '2',
      migrate: () => {
        throw new Error('no way')
      },
    }),
  )
  expect(second.session.state).toBe('running')
  expect(copy.query({ action: 'crash' })[0]?.reason).toContain("'migrate' threw: no way")
})

test('a machine without a final state, an end condition or a timeout is reported when it is added', async () => {
  const kept = createMemoryStore()
  const endless = createMachine({ initial: 'a', states: { a: {} } })
  const desk = await process(kept, endless)
  expect(warningsIn(desk.news)).toContain('never-ends')
  const ended = createMachine({ initial: 'a', states: { a: { type: 'final' } } })
  const other = await process(createMemoryStore(), ended)
  expect(warningsIn(other.news)).not.toContain('never-ends')
  const timed = await process(createMemoryStore(), endless, { options: { timeout: '1 hour' } })
  expect(warningsIn(timed.news)).not.toContain('never-ends')
})

test('the log has the execution of a workflow, regardless of that of the session', async () => {
  const kept = createMemoryStore()
  const { app } = setUp({ store: open(kept), execution: 'thread' })
  const task = app.task('flow', false, createMachine({ initial: 'a', states: { a: { type: 'final' } } }))
  await app.start()
  expect(task.execution).toBe('workflow')
  expect(kept.notes({ note: 'snapshot' })[0]?.data).toMatchObject({
    is: { tasks: { flow: { execution: 'workflow' } } },
  })
})
