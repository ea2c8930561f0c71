/** `session.graph()`: a link for each way in which one task depends on another. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  afterAnyFail,
  afterSuccess,
  arg,
  createApp,
  daily,
  not,
  param,
  paramExists,
  paramIs,
  returnOf,
  running,
  type SessionOptions,
  started,
  succeeded,
  type TaskLink,
  taskArg,
} from 'gantry'
import { dependencies } from '../../../src/conditions/index.ts'
import { condition } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'
import { silent } from '../../support/silent.ts'

function linksOf(
  write: (app: ReturnType<typeof createApp>) => void,
  options: SessionOptions = {},
): TaskLink[] {
  const app = createApp(options)
  for (const name of ['a', 'b']) app.task(name, false, () => 1)
  write(app)
  return [...app.session.graph()]
}

describe('graph()', () => {
  test('links a start after another task, with the actions that it waits for', () => {
    expect(linksOf((app) => app.task('c', afterSuccess('a').and(daily), () => {}))).toEqual([
      { from: 'a', to: 'c', kind: 'after', by: 'start', actions: ['success'] },
    ])
    expect(linksOf((app) => app.task('c', afterAnyFail('a', 'b'), () => {}))).toEqual([
      { from: 'a', to: 'c', kind: 'after', by: 'start', actions: ['fail'] },
      { from: 'b', to: 'c', kind: 'after', by: 'start', actions: ['fail'] },
    ])
    expect(linksOf((app) => app.task('c', "after task 'a' succeeded & daily", () => {}))).toEqual([
      { from: 'a', to: 'c', kind: 'after', by: 'start', actions: ['success'] },
    ])
  })

  test('links a start that depends on the history of a task, in any period and at any depth', () => {
    const deep = daily.and(not(started('b').past('1 hour').and(succeeded('a').today)))
    expect(linksOf((app) => app.task('c', deep, () => {}))).toEqual([
      { from: 'b', to: 'c', kind: 'history', by: 'start', actions: ['run'] },
      { from: 'a', to: 'c', kind: 'history', by: 'start', actions: ['success'] },
    ])
  })

  test('links a start that depends on live runs, and an end condition', () => {
    expect(
      linksOf((app) => app.task('c', not(running('a')), { end: succeeded('b').today }, () => {})),
    ).toEqual([
      { from: 'a', to: 'c', kind: 'running', by: 'start' },
      { from: 'b', to: 'c', kind: 'history', by: 'end', actions: ['success'] },
    ])
  })

  test('links returns in args, in args of args, and with a fallback', () => {
    const sum = arg(({ x }) => x + 1, { args: { x: returnOf<number>('a') } })
    expect(
      linksOf((app) =>
        app.task('c', daily, { args: { sum, b: returnOf<number>('b').or(0), n: 1 } }, () => {}),
      ),
    ).toEqual([
      { from: 'a', to: 'c', kind: 'return', by: 'arg' },
      { from: 'b', to: 'c', kind: 'return', by: 'arg' },
    ])
  })

  test('links an arg that is the handle of another task, but not of the task itself', () => {
    expect(
      linksOf((app) => app.task('c', daily, { args: { a: taskArg('a'), self: taskArg() } }, () => {})),
    ).toEqual([{ from: 'a', to: 'c', kind: 'task', by: 'arg' }])
  })

  test('links params in conditions, in args, and in custom conditions of the app', () => {
    expect(
      linksOf((app) => {
        const isMode = app.condition('the mode is {mode}', ({ mode }) => mode === 'on')
        app.task(
          'c',
          paramIs('mode', 'on').and(paramExists('url')),
          { args: { url: param('url') } },
          () => {},
        )
        app.task('d', isMode({ mode: param('mode') as never }), () => {})
      }),
    ).toEqual([
      { from: 'mode', to: 'c', kind: 'param', by: 'start' },
      { from: 'url', to: 'c', kind: 'param', by: 'start' },
      { from: 'url', to: 'c', kind: 'param', by: 'arg' },
      { from: 'mode', to: 'd', kind: 'param', by: 'start' },
    ])
  })

  test('marks a task that is not in the session until it is added, but not a param', () => {
    const app = createApp()
    app.task('c', afterSuccess('a').and(paramExists('a')), { args: { a: returnOf<number>('b') } }, () => {})
    app.task('b', false, () => 1)
    expect(app.session.graph()).toEqual([
      { from: 'a', to: 'c', kind: 'after', by: 'start', actions: ['success'], isAbsent: true },
      { from: 'a', to: 'c', kind: 'param', by: 'start' },
      { from: 'b', to: 'c', kind: 'return', by: 'arg' },
    ])
    app.task('a', false, () => {})
    expect(app.session.graph().filter(({ isAbsent }) => isAbsent)).toEqual([])
  })

  test('links every task on which any condition depends', () => {
    checkProperty(
      fc.property(condition, (start) => {
        const links = linksOf((app) => app.task('this', start, () => {}), { logger: silent })
        const linked = links.filter(({ kind }) => kind !== 'param').map(({ from }) => from)
        const needed = dependencies(start.node, 'this').flatMap((on) => (on.kind === 'task' ? [on.task] : []))
        expect([...new Set(linked)].sort()).toEqual(needed.filter((task) => task !== 'this').sort())
      }),
      { runs: 300 },
    )
  })

  test('has each link once and no link of a task to itself, and follows updates', () => {
    const app = createApp()
    app.task('a', started('a').today, () => {})
    app.task('c', afterSuccess('a').and(afterSuccess('a')), () => {})
    expect(app.session.graph().length).toBe(1)
    app.session.task('c').update({ start: daily })
    expect(app.session.graph()).toEqual([])
  })
})
