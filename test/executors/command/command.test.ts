import { chmodSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createCommandExecutor } from '../../../src/executors/command/command.ts'
import { quoted, toArguments, toWords } from '../../../src/executors/command-line.ts'
import { type CommandOptions, command } from '../../../src/executors/work/command-work.ts'
import { execute, isAlive, untilGone } from '../../support/executors/far.ts'

const executor = createCommandExecutor()
afterAll(() => executor.close?.())

const run = (
  line: string | readonly string[],
  options: CommandOptions = {},
  args: Record<string, unknown> = {},
) => execute(executor, command(line, options), args)
const outputOf = async (...given: Parameters<typeof run>) => {
  const settlement = await run(...given).settlement
  return settlement.kind === 'returned' ? settlement.value : settlement
}
const node = (text: string) => [process.execPath, '-e', text]

describe('command', () => {
  test('its return value is stdout, and no shell reads the line', async () => {
    expect(await outputOf('echo "a  b" \'$HOME\' c')).toBe('a  b $HOME c\n')
    expect(await outputOf(['echo', '$HOME', '*'])).toBe('$HOME *\n')
  })

  test('both streams go line by line into the run’s log', async () => {
    const heard = run(node('console.log("one\\ntwo"); console.error("three"); process.stdout.write("four")'))
    await heard.settlement
    expect(heard.lines.filter(([level]) => level === 'info')).toEqual([
      ['info', 'one'],
      ['info', 'two'],
      ['info', 'four'],
    ])
    expect(heard.lines.filter(([level]) => level === 'warn')).toEqual([['warn', 'three']])
  })

  test('with { shell: true } a shell reads the line, with args as quoted words', async () => {
    expect(await outputOf('printf "%s|" a b | tr a-z A-Z', { shell: true })).toBe('A|B|')
    const args = { q: "it's; echo $HOME" }
    expect(await outputOf('printf "%s|"', { shell: true, argStyle: 'values' }, args)).toBe(
      "it's; echo $HOME|",
    )
  })

  test('an exit code other than 0 is a failure with stderr', async () => {
    expect(await run(node('console.error("no such thing"); process.exit(3)')).settlement).toMatchObject({
      kind: 'threw',
      error: {
        code: 'GANTRY_EXIT',
        message: expect.stringMatching(/exited with 3\.\nno such thing$/),
        data: { exitCode: 3, exitSignal: null, stderr: 'no such thing\n' },
      },
    })
    expect(await run(node('process.kill(process.pid, "SIGKILL")')).settlement).toMatchObject({
      error: { data: { exitCode: null, exitSignal: 'SIGKILL' } },
    })
  })

  test('a missing program, or a missing folder, is a SetupError', async () => {
    expect(await run('no-such-program-here').settlement).toMatchObject({
      kind: 'threw',
      error: { code: 'GANTRY_SETUP', message: expect.stringContaining('its program was not found') },
    })
    expect(await run('echo', { cwd: '/no/such/folder' }).settlement).toMatchObject({
      error: {
        code: 'GANTRY_SETUP',
        message: expect.stringMatching(/cwd must be .*: '\/no\/such\/folder'$/),
      },
    })
    expect(await run('echo', {}, { f: () => 1 }).settlement).toMatchObject({
      error: { code: 'GANTRY_SETUP', message: expect.stringContaining("arg 'f'") },
    })
    expect(await execute(executor, () => 1).settlement).toMatchObject({ error: { code: 'GANTRY_SETUP' } })
  })

  test('cwd, env and input', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-')))
    expect(await outputOf('pwd', { cwd: folder })).toBe(`${folder}\n`)
    expect(
      await outputOf(node('console.log(process.env.A, process.env.GANTRY_TASK)'), { env: { A: '1' } }),
    ).toBe('1 far\n')
    expect(await outputOf('cat', { input: 'given' })).toBe('given')
    const input = ({ name }: Readonly<Record<string, unknown>>): string => `hello ${name}`
    expect(await outputOf('cat', { input, argStyle: 'none' }, { name: 'you' })).toBe('hello you')
    expect(await outputOf('cat')).toBe('')
    expect(await outputOf('true', { input: 'x'.repeat(1_000_000) })).toBe('')
  })

  test('the program receives its arguments and environment, and no trace of the gate', async () => {
    // A variable name that a shell would drop.
    const odd = node('console.log(process.env["a.b"], process.env.A, process.ppid)')
    expect(await outputOf(odd, { env: { 'a.b': 'x y', A: '$1' } })).toBe(`x y $1 ${process.pid}\n`)
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-')))
    const path = join(folder, 'shows')
    writeFileSync(path, '#!/bin/sh\necho "$0" "$@"\nexit 5\n')
    expect(await run('./shows a', { cwd: folder }).settlement).toMatchObject({
      error: { code: 'GANTRY_SETUP', message: expect.stringContaining('EACCES') },
    })
    chmodSync(path, 0o755)
    const heard = run('./shows "a  b" -- \'*\'', { cwd: folder })
    expect(await heard.settlement).toMatchObject({ error: { data: { exitCode: 5 } } })
    expect(heard.lines).toEqual([['info', './shows a  b -- *']])
    expect(await outputOf('shows', { env: { PATH: folder }, cwd: '/' })).toMatchObject({
      error: { data: { exitCode: 5 } },
    })
    // Node opens files itself: a shell shows best which descriptors it inherits.
    for (const fd of [3, 4, 5])
      expect(await run(`echo x >&${fd}`, { shell: true }).settlement).toMatchObject({ kind: 'threw' })
  })

  test('ended before it has begun, it never begins', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'command-'))
    const heard = run(['touch', join(folder, 'begun')])
    heard.abort()
    expect(await heard.settlement).toMatchObject({ error: { data: { exitSignal: 'SIGTERM' } } })
    expect(readdirSync(folder)).toEqual([])
  })

  test('as bytes, and more of them than are kept', async () => {
    expect(await outputOf(['printf', '\\377'], { encoding: 'buffer' })).toEqual(new Uint8Array([255]))
    const heard = run(node('process.stdout.write("a".repeat(1e6) + "end")'), { maxOutput: 1000 })
    expect(await heard.settlement).toEqual({ kind: 'returned', value: `${'a'.repeat(997)}end` })
    expect(heard.lines.at(-1)?.[1]).toMatch(/^the first 999003 bytes/)
  })

  test('an endless stream is truncated in the log and ends with the run', async () => {
    const heard = run('yes')
    while (!heard.lines.some(([, line]) => String(line).includes('dropped')))
      await new Promise((resolve) => setTimeout(resolve, 5))
    heard.abort()
    expect(await heard.settlement).toMatchObject({ error: { data: { exitSignal: 'SIGTERM' } } })
  })

  test('on abort it gets SIGTERM; after the grace period it and its descendants get SIGKILL', async () => {
    const deaf = 'trap "" TERM; sleep 600 & echo $!; wait; sleep 600'
    const heard = run(deaf, { shell: true })
    while (heard.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const grandchild = Number(heard.lines[0]?.[1])
    heard.abort()
    expect(isAlive(grandchild)).toBe(true)
    heard.handle?.end?.()
    await untilGone(grandchild)
    expect(heard.settled).toEqual([])
  })

  test('processes that it leaves behind end with it, unless it is detached', async () => {
    const line = 'sleep 600 >/dev/null 2>&1 & echo $!'
    await untilGone(Number(await outputOf(line, { shell: true })))
    const left = Number(await outputOf(line, { shell: true, detached: true }))
    expect(isAlive(left)).toBe(true)
    process.kill(left)
  })

  test('shell syntax without a shell is refused at once', () => {
    for (const line of ['ls | wc', 'a && b', 'a > b', 'echo $HOME', 'ls *.csv', 'a; b', 'echo `date`'])
      expect(() => command(line)).toThrow(SyntaxError)
    expect(() => command('echo "a')).toThrow(/must be closed/)
    expect(() => command('')).toThrow(TypeError)
    expect(() => command([])).toThrow(TypeError)
    expect(() => command(['ls'], { shell: true })).toThrow(TypeError)
    expect(() => command('ls', { shel: true } as never)).toThrow(/Did you mean 'shell'/)
    expect(() => command('ls', { argStyle: 'dashes' as never })).toThrow(RangeError)
    expect(() => command('ls', { maxOutput: 0 })).toThrow(RangeError)
  })
})

describe('toArguments', () => {
  const values = {
    name: 'x y',
    n: 3,
    yes: true,
    no: false,
    none: null,
    list: ['a', 'b'],
    '-v': true,
    '--raw': 1,
  }

  test.each([
    ['long', ['--name', 'x y', '--n', '3', '--yes', '--list', 'a', '--list', 'b', '-v', '--raw', '1']],
    ['equals', ['--name=x y', '--n=3', '--yes', '--list=a', '--list=b', '-v', '--raw=1']],
    ['short', ['-name', 'x y', '-n', '3', '-yes', '-list', 'a', '-list', 'b', '-v', '--raw', '1']],
    ['values', ['x y', '3', 'true', 'a', 'b', 'true', '1']],
    ['none', []],
  ] as const)('in style %s', (style, expected) => {
    expect(toArguments(values, style)).toEqual(expected)
  })
})

test('toWords and quoted are each other’s inverse for a word', () => {
  expect(toWords(`  a "b c" d'e f'g "" `)).toEqual(['a', 'b c', 'de fg', ''])
  expect(quoted('a-b/c.d')).toBe('a-b/c.d')
  expect(quoted("it's")).toBe(`'it'\\''s'`)
})
