import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import {
  cli,
  env,
  loggerArg,
  optionsArg,
  param,
  returnOf,
  secret,
  sessionArg,
  signalArg,
  taskArg,
} from '../../src/args/builtin.ts'
import { resolveArg, resolveArgs } from '../../src/args/resolve.ts'
import { contextOf } from '../support/arg-context.ts'

const missing = expect.objectContaining({ code: 'GANTRY_ARG', reason: 'missing' })

test('returnOf gives the last return, by name or handle', () => {
  const context = contextOf({ returnsBy: { a: [1] } })
  expect(resolveArg(returnOf('a'), context)).toEqual([1])
  expect(resolveArg(returnOf({ name: 'a' }), context)).toEqual([1])
  expect(() => resolveArg(returnOf('b'), context)).toThrow(missing)
  expect(() => returnOf('')).toThrow(TypeError)
})

test('param gives a param of the session, missing while it is not set', () => {
  expect(resolveArg(param('x'), contextOf({ paramsBy: { x: undefined } }))).toBeUndefined()
  expect(() => resolveArg(param('x'), contextOf())).toThrow(missing)
  expect(() => param('')).toThrow(TypeError)
})

test('env gives a variable, missing while it is not set', () => {
  expect(resolveArg(env('X'), contextOf({ env: { X: 'x' } }))).toBe('x')
  expect(() => resolveArg(env('X'), contextOf())).toThrow(missing)
})

describe('cli', () => {
  const read = (name: string, ...argv: string[]) => resolveArg(cli(name), contextOf({ argv }))

  test.each<[string, string[], string]>([
    ['stage', ['--stage', 'prod'], 'prod'],
    ['stage', ['--stage=prod'], 'prod'],
    ['stage', ['--stage=a=b'], 'a=b'],
    ['stage', ['--stage='], ''],
    ['--stage', ['run', '--stage', 'prod'], 'prod'],
    ['-s', ['-s', 'prod'], 'prod'],
    ['n', ['--n', '-5'], '-5'],
    ['stage', ['--stage', 'a', '--stage=b'], 'b'],
  ])('%s of %p is %p', (name, argv, expected) => {
    expect(read(name, ...argv)).toBe(expected)
  })

  test('an option that is not given is missing; arguments after -- are not options', () => {
    expect(() => read('stage', '--stages', 'x')).toThrow(missing)
    expect(() => read('stage', '--', '--stage', 'x')).toThrow(missing)
  })

  test('an option without a value is an error and not missing', () => {
    const failed = expect.objectContaining({ code: 'GANTRY_ARG', reason: 'failed' })
    expect(() => read('stage', '--stage')).toThrow(failed)
    expect(() => read('stage', '--stage', '--other')).toThrow(failed)
  })
})

test('secret is readable by work and shown nowhere', () => {
  const key = secret('hunter2')
  expect(resolveArgs({ declared: { key } }, contextOf())).toEqual({ key: 'hunter2' })
  const shown = [String(key), `${key}`, JSON.stringify({ key }), inspect(key, { showHidden: true, depth: 9 })]
  expect(shown.join(' ')).not.toContain('hunter2')
  expect(String(key)).toBe('*****')
  expect(String(key.or('x'))).not.toContain('hunter2')
  expect(inspect(Object.values(key))).not.toContain('hunter2')
})

test('sessionArg, taskArg, optionsArg, loggerArg and signalArg give the context of the run', () => {
  const context = contextOf({ session: 's', task: 't', options: 'o', logger: 'l' })
  const read = (value: unknown) => resolveArg(value, context)
  expect([sessionArg(), taskArg(), optionsArg(), loggerArg(), signalArg()].map(read)).toEqual([
    ...['s', 't', 'o', 'l'],
    context.signal,
  ])
  expect(read(taskArg('other'))).toEqual({ name: 'other' })
  expect(() => resolveArg(taskArg(), contextOf())).toThrow(missing)
})
