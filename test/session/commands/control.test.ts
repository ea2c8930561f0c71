/** Control by events: each method has an equivalent `send()`, also for an event that was JSON in another program. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Command, type News, TaskNotFoundError } from 'gantry'
import { commandTypes } from '../../../machines/commands.ts'
import { commandsIn, controls, startDesk, wired } from '../../support/controls.ts'
import { gate, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

describe('every method is one event', () => {
  test('the table has every command but task.create, which carries functions', () => {
    expect(new Set(controls.map(({ type }) => type))).toEqual(
      new Set(commandTypes.filter((type) => type !== 'task.create')),
    )
  })

  test.each(controls)(
    'session.send() of $type after a round trip through JSON has the effect of the method',
    async (control) => {
      const desk = await startDesk(control.before)
      desk.session.send(wired(control.command))
      await desk.clock.settled()
      expect(control.effect(desk)).toEqual(control.expected)
    },
  )

  test.each(controls)('the method of $type sends that event and has the same effect', async (control) => {
    const desk = await startDesk(control.before)
    const done = control.method(desk)
    expect(commandsIn(desk.seen, control.type)).not.toEqual([])
    await desk.clock.settled()
    expect(control.effect(desk)).toEqual(control.expected)
    await done
  })

  test('createTask() sends task.create, and send() accepts its start, options and work in the same process', async () => {
    const desk = await startDesk(undefined)
    desk.session.createTask('made', false, () => 1)
    expect(commandsIn(desk.seen, 'task.create')).toHaveLength(1)
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

describe('session.send() throws on an invalid command, and nothing changes', () => {
  test.each<[string, unknown, RegExp]>([
    ['null', null, /type must be a command: null/],
    ['a string', 'session.hold', /type must be a command/],
    ['an unknown command', { type: 'session.hodl' }, /Did you mean 'session.hold'\?/],
    ['an internal event', { type: 'session.drained' }, /type must be a command/],
    ['an unknown task', { type: 'task.run', task: 'qick' }, /Did you mean 'quick'\?/],
    ['a missing task', { type: 'task.run' }, /must be a task handle or a non-empty string: undefined/],
    [
      'a key that is not a string',
      { type: 'task.run', task: 'quick', key: 7 },
      /'key' as it must be .* string: 7/,
    ],
    ['a number as a task', { type: 'task.terminate', task: 7 }, /must be a task handle/],
    ['params that are not an object', { type: 'task.run', task: 'quick', params: 5 }, /'params'/],
    [
      'a misspelled member',
      { type: 'task.run', task: 'quick', parms: {} },
      /'parms' is not one of them. Did you mean 'params'\?/,
    ],
    [
      'a misspelled option of session.shutDown',
      { type: 'session.shutDown', forse: true },
      /Did you mean 'force'/,
    ],
    ['a missing list of tasks', { type: 'session.run' }, /tasks/],
    ['an unknown task in a list', { type: 'session.run', tasks: ['othr'] }, /Did you mean 'other'\?/],
    ['an unknown execution', { type: 'session.run', tasks: ['other'], execution: 'asyn' }, /execution/],
    ['a param without a name', { type: 'param.set', value: 1 }, /'name' as it must be a non-empty string/],
    ['an unknown task option', { type: 'task.update', task: 'quick', options: { prio: 1 } }, /'prio'/],
    ['an invalid start', { type: 'task.update', task: 'quick', options: { start: 'dayly' } }, /daily/],
    ['missing options of a task', { type: 'task.update', task: 'quick' }, /'options'/],
    [
      'an unknown session option',
      { type: 'session.update', options: { timeot: 1 } },
      /Did you mean 'timeout'/,
    ],
    ['a fixed option', { type: 'session.update', options: { store: 'memory' } }, /fixed/],
    ['an invalid shut condition', { type: 'session.update', options: { shutCondition: 'dayly' } }, /daily/],
    ['missing options of the session', { type: 'session.update' }, /options/],
    [
      'a task without work',
      { type: 'task.create', task: 'x', start: true },
      /work must be a function: undefined/,
    ],
    [
      'a task without a start',
      { type: 'task.create', task: 'x', work: () => {} },
      /as a condition .*: undefined/,
    ],
    ['a taken name', { type: 'task.create', task: 'slow', start: true, work: () => {} }, /'slow' exists/],
  ])('%s', async (_, command, problem) => {
    const desk = await startDesk(undefined)
    expect(() => desk.session.send(command as Command)).toThrow(problem)
    await desk.clock.settled()
    expect(desk.session.state).toBe('running')
    expect(desk.session.actor.getSnapshot().status).toBe('active')
    expect(desk.session.tasks()).toHaveLength(3)
    expect(runsIn(desk.news)).toEqual([])
  })

  test('an unknown task is a TaskNotFoundError that lists similar names', async () => {
    const { session } = await startDesk(undefined)
    try {
      session.send({ type: 'task.run', task: 'qick' })
      throw new Error('it was taken')
    } catch (error) {
      expect(error).toBeInstanceOf(TaskNotFoundError)
      expect(error).toMatchObject({ code: 'GANTRY_TASK_NOT_FOUND', task: 'qick', near: ['quick'] })
    }
  })
})

describe('events of a session', () => {
  test('on(name) calls the listener for events of that name, until the returned function removes it', async () => {
    const desk = await startDesk(undefined)
    const heard: string[] = []
    const undo = desk.session.on('run.ended', ({ task, action }) => void heard.push(`${task} ${action}`))
    await desk.session.task('quick').run()
    undo()
    undo()
    await desk.session.task('other').run()
    expect(heard).toEqual(['quick success'])
  })

  test('events$ emits every event after the subscription, in order', async () => {
    const desk = await startDesk(undefined)
    const heard: News[] = []
    const subscription = desk.session.events$.subscribe((each) => void heard.push(each))
    await desk.session.task('quick').run()
    subscription.unsubscribe()
    desk.session.hold()
    expect(heard.map(({ type }) => type)).toEqual(['run.queued', 'run.started', 'run.ended'])
    expect(desk.news.slice(-4, -1)).toEqual(heard)
  })

  test('every method is reported by an event, and all events are plain JSON', async () => {
    const desk = await startDesk(undefined)
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

  test('a listener may add a listener, remove itself and send a command while it is called', async () => {
    const { session, clock } = await startDesk(undefined)
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

  test('on() refuses an unknown event name and a listener that is not a function', () => {
    const { session } = setUp()
    expect(() => session.on('run.strated' as never, () => {})).toThrow(
      /no such event. Did you mean 'run.started'/,
    )
    expect(() => session.on('run.ended', 5 as never)).toThrow(/must be a function: 5/)
  })
})

test('a queued run waits while the session is held, and starts at resume()', async () => {
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
