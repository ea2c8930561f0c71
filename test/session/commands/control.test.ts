/** Control is events: what the methods do, `send` does, also when the event came as JSON from another program. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Command, type News, TaskNotFoundError } from 'gantry'
import type { InspectionEvent } from 'xstate'
import { commandTypes } from '../../../machines/protocol.ts'
import { type Desk, gate, lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** Over the wire and back: an event from outside is plain JSON. */
const wired = (command: Command): Command => JSON.parse(JSON.stringify(command))

interface Control {
  readonly type: Command['type']
  readonly command: Command
  readonly method: (desk: Desk) => unknown
  /** What can be seen afterwards. */
  readonly effect: (desk: Desk) => unknown
  readonly expected: unknown
  /** Done before, to have something to take back. */
  readonly before?: (desk: Desk) => unknown
}

const controls: readonly Control[] = [
  {
    type: 'task.run',
    command: { type: 'task.run', task: 'quick', params: { n: 7 } },
    method: ({ session }) => session.task('quick').run({ n: 7 }),
    effect: ({ session }) => [session.task('quick').status, session.task('quick').lastValue],
    expected: ['success', 7],
  },
  {
    type: 'task.backfill',
    command: { type: 'task.backfill', task: 'quick', from: '2026-11-22', to: '2026-11-24T12:00' },
    method: ({ session }) => session.task('quick').backfill({ from: '2026-11-22', to: '2026-11-24T12:00' }),
    before: ({ session }) => session.task('quick').update({ start: 'daily at 03:00', disabled: true }),
    effect: ({ news }) => news.filter(({ type }) => type === 'run.ended').length,
    expected: 3,
  },
  {
    type: 'task.terminate',
    command: { type: 'task.terminate', task: 'slow' },
    method: ({ session }) => session.task('slow').terminate(),
    before: ({ session }) => session.task('slow').run(),
    effect: ({ session }) => [session.task('slow').status, session.runs()],
    expected: ['terminate', []],
  },
  {
    type: 'task.disable',
    command: { type: 'task.disable', task: 'quick' },
    method: ({ session }) => session.task('quick').disable(),
    effect: ({ session }) => session.task('quick').disabled,
    expected: true,
  },
  {
    type: 'task.enable',
    command: { type: 'task.enable', task: 'quick' },
    method: ({ session }) => session.task('quick').enable(),
    before: ({ session }) => session.task('quick').disable(),
    effect: ({ session }) => session.task('quick').disabled,
    expected: false,
  },
  {
    type: 'task.update',
    command: { type: 'task.update', task: 'quick', options: { start: 'every 1 hour', priority: 3 } },
    method: ({ session }) => session.task('quick').update({ start: 'every 1 hour', priority: 3 }),
    effect: ({ session }) => [session.task('quick').priority, session.task('quick').status],
    expected: [3, 'success'],
  },
  {
    type: 'task.remove',
    command: { type: 'task.remove', task: 'slow' },
    method: ({ session }) => session.removeTask('slow'),
    before: ({ session }) => session.task('slow').run(),
    effect: ({ session }) => [session.has('slow'), session.runs()],
    expected: [false, []],
  },
  {
    type: 'param.set',
    command: { type: 'param.set', name: 'stage', value: { name: 'dev' } },
    method: ({ session }) => session.params.set('stage', { name: 'dev' }),
    effect: ({ session }) => session.params.get('stage'),
    expected: { name: 'dev' },
  },
  {
    type: 'param.unset',
    command: { type: 'param.unset', name: 'stage' },
    method: ({ session }) => session.params.unset('stage'),
    before: ({ session }) => session.params.set('stage', 'dev'),
    effect: ({ session }) => session.params.has('stage'),
    expected: false,
  },
  {
    type: 'session.run',
    command: { type: 'session.run', tasks: ['quick', 'other'] },
    method: ({ session }) => session.run('quick', 'other'),
    effect: ({ session }) => session.tasks().map(({ status }) => status),
    expected: ['success', null, 'success'],
  },
  {
    type: 'session.update',
    command: { type: 'session.update', options: { relaunchDelay: '2 minutes' } },
    method: ({ session }) => session.update({ relaunchDelay: '2 minutes' }),
    effect: ({ session }) => session.options.relaunchDelay,
    expected: '2 minutes',
  },
  {
    type: 'session.shutDown',
    command: { type: 'session.shutDown', force: true },
    method: ({ session }) => session.shutDown({ force: true }),
    before: ({ session }) => session.task('slow').run(),
    effect: ({ session }) => [session.state, session.task('slow').status],
    expected: ['stopped', 'terminate'],
  },
  {
    type: 'session.restart',
    command: { type: 'session.restart' },
    method: ({ session }) => session.restart(),
    effect: ({ session, news }) => [
      session.state,
      news.filter(({ type }) => type === 'session.started').length,
    ],
    expected: ['running', 2],
  },
  {
    type: 'session.hold',
    command: { type: 'session.hold' },
    method: ({ session }) => session.hold(),
    effect: ({ session }) => session.state,
    expected: 'held',
  },
  {
    type: 'session.resume',
    command: { type: 'session.resume' },
    method: ({ session }) => session.resume(),
    before: ({ session }) => session.hold(),
    effect: ({ session }) => session.state,
    expected: 'running',
  },
]

const start = async (before: Control['before']): Promise<Desk & { readonly seen: string[] }> => {
  const seen: string[] = []
  const desk = setUp({
    inspect: (event: InspectionEvent) => {
      if (event.type === '@xstate.event') seen.push(event.event.type)
    },
  })
  desk.app.task('quick', false, ({ n }: Record<string, unknown>) => n)
  desk.app.task('slow', false, lasting(desk.clock))
  desk.app.task('other', false, () => {})
  await desk.app.start()
  before?.(desk)
  await desk.clock.settled()
  seen.length = 0
  return { ...desk, seen }
}

describe('every control is one event', () => {
  test('the table has every command but task.create, which carries functions', () => {
    expect(new Set(controls.map(({ type }) => type))).toEqual(
      new Set(commandTypes.filter((type) => type !== 'task.create')),
    )
  })

  test.each(controls)('session.send($type), round-tripped through JSON, has the effect', async (control) => {
    const desk = await start(control.before)
    desk.session.send(wired(control.command))
    await desk.clock.settled()
    expect(control.effect(desk)).toEqual(control.expected)
  })

  test.each(controls)('the method of $type sends that event, with the same effect', async (control) => {
    const desk = await start(control.before)
    control.method(desk)
    expect(desk.seen).toContain(control.type)
    await desk.clock.settled()
    expect(control.effect(desk)).toEqual(control.expected)
  })

  test('createTask is task.create, in process: send takes start, options and work', async () => {
    const desk = await start(undefined)
    desk.session.createTask('made', false, () => 1)
    expect(desk.seen).toContain('task.create')
    desk.session.send({
      type: 'task.create',
      task: 'sent',
      start: 'every 1 hour',
      options: { priority: 2 },
      work: () => 'done',
    })
    await desk.clock.settled()
    expect(desk.session.task('sent').lastValue).toBe('done')
    expect(desk.session.task('sent').priority).toBe(2)
  })
})

describe('session.send refuses nonsense where it is sent, and nothing changes', () => {
  test.each<[string, unknown, RegExp]>([
    ['null', null, /type must be a command: null/],
    ['text', 'session.hold', /type must be a command/],
    ['an unknown command', { type: 'session.hodl' }, /Did you mean 'session.hold'\?/],
    ['an inner event', { type: 'session.drained' }, /type must be a command/],
    ['an unknown task', { type: 'task.run', task: 'qick' }, /Did you mean 'quick'\?/],
    ['no task', { type: 'task.run' }, /must be a task handle or a non-empty string: undefined/],
    [
      'a key that is no text',
      { type: 'task.run', task: 'quick', key: 7 },
      /'key' as it must be .* string: 7/,
    ],
    ['a number for a task', { type: 'task.terminate', task: 7 }, /must be a task handle/],
    ['params that are no object', { type: 'task.run', task: 'quick', params: 5 }, /'params'/],
    [
      'a misspelt member',
      { type: 'task.run', task: 'quick', parms: {} },
      /'parms' is not one of them. Did you mean 'params'\?/,
    ],
    ['a misspelt option of a shut-down', { type: 'session.shutDown', forse: true }, /Did you mean 'force'/],
    ['no list of tasks', { type: 'session.run' }, /tasks/],
    ['an unknown task in a list', { type: 'session.run', tasks: ['othr'] }, /Did you mean 'other'\?/],
    ['an unknown execution', { type: 'session.run', tasks: ['other'], execution: 'asyn' }, /execution/],
    ['no name for a param', { type: 'param.set', value: 1 }, /'name' as it must be a non-empty string/],
    ['an unknown task option', { type: 'task.update', task: 'quick', options: { prio: 1 } }, /'prio'/],
    ['a bad start', { type: 'task.update', task: 'quick', options: { start: 'dayly' } }, /daily/],
    ['no options of a task', { type: 'task.update', task: 'quick' }, /'options'/],
    [
      'an unknown session option',
      { type: 'session.update', options: { timeot: 1 } },
      /Did you mean 'timeout'/,
    ],
    ['a fixed option', { type: 'session.update', options: { store: 'memory' } }, /fixed/],
    ['a bad shut condition', { type: 'session.update', options: { shutCondition: 'dayly' } }, /daily/],
    ['no options of the session', { type: 'session.update' }, /options/],
    ['no work', { type: 'task.create', task: 'x', start: true }, /work must be a function: undefined/],
    ['no start', { type: 'task.create', task: 'x', work: () => {} }, /as a condition .*: undefined/],
    ['a taken name', { type: 'task.create', task: 'slow', start: true, work: () => {} }, /'slow' exists/],
  ])('%s', async (_, command, problem) => {
    const desk = await start(undefined)
    expect(() => desk.session.send(command as Command)).toThrow(problem)
    await desk.clock.settled()
    expect(desk.session.state).toBe('running')
    expect(desk.session.actor.getSnapshot().status).toBe('active')
    expect(desk.session.tasks()).toHaveLength(3)
    expect(runsIn(desk.news)).toEqual([])
  })

  test('an unknown task is a TaskNotFoundError with the near names', async () => {
    const { session } = await start(undefined)
    try {
      session.send({ type: 'task.run', task: 'qick' })
      throw new Error('it was taken')
    } catch (error) {
      expect(error).toBeInstanceOf(TaskNotFoundError)
      expect(error).toMatchObject({ code: 'GANTRY_TASK_NOT_FOUND', task: 'qick', near: ['quick'] })
    }
  })
})

describe('news', () => {
  test('on(name) hears its own news only, and its undo ends that', async () => {
    const desk = await start(undefined)
    const heard: string[] = []
    const undo = desk.session.on('run.ended', ({ task, action }) => void heard.push(`${task} ${action}`))
    await desk.session.task('quick').run()
    undo()
    undo()
    await desk.session.task('other').run()
    expect(heard).toEqual(['quick success'])
  })

  test('events$ gives all news from the subscription on, in order', async () => {
    const desk = await start(undefined)
    const heard: News[] = []
    const subscription = desk.session.events$.subscribe((each) => void heard.push(each))
    await desk.session.task('quick').run()
    subscription.unsubscribe()
    desk.session.hold()
    expect(heard.map(({ type }) => type)).toEqual(['run.queued', 'run.started', 'run.ended'])
    expect(desk.news.slice(-4, -1)).toEqual(heard)
  })

  test('every kind of control is told of, and the news are plain JSON', async () => {
    const desk = await start(undefined)
    const { session, clock, news } = desk
    session.createTask('made', false, () => {})
    session.task('made').update({ priority: 1 })
    await session.removeTask('made')
    session.hold()
    session.resume()
    session.restart()
    await clock.settled()
    session.shutDown()
    await session.stopped
    expect(news.map(({ type }) => type)).toEqual([
      'task.added',
      'task.added',
      'task.added',
      'session.started',
      'task.added',
      'task.changed',
      'task.removed',
      'session.held',
      'session.resumed',
      'session.restarting',
      'session.started',
      'session.stopped',
    ])
    expect(JSON.parse(JSON.stringify(news))).toEqual(news)
  })

  test('a listener may listen, stop listening and send within its own call', async () => {
    const { session, clock } = await start(undefined)
    const heard: string[] = []
    const undo = session.on('run.ended', ({ task }) => {
      heard.push(task)
      undo()
      session.send({ type: 'task.run', task: 'other' })
      session.on('run.ended', (each) => void heard.push(`later ${each.task}`))
    })
    await session.task('quick').run()
    await clock.settled()
    expect(heard).toEqual(['quick', 'later other'])
  })

  test('a listener must be a function, of news that there are', () => {
    const { session } = setUp()
    expect(() => session.on('run.strated' as never, () => {})).toThrow(
      /no such news. Did you mean 'run.started'/,
    )
    expect(() => session.on('run.ended', 5 as never)).toThrow(/must be a function: 5/)
  })
})

test('a run that is steered while it waits: hold keeps it queued, resume lets it go', async () => {
  const { app, session, clock, news } = setUp()
  const opened = gate()
  app.task('a', false, () => opened.promise)
  await app.start()
  session.hold()
  void session.task('a').run()
  await clock.settled()
  expect(runsIn(news)).toEqual([])
  session.resume()
  await clock.settled()
  opened.open()
  await clock.settled()
  expect(runsIn(news)).toEqual(['a started', 'a success'])
})
