/** The package as a new user gets it: packed, installed in an empty folder, run and type-checked there. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { programsOf } from '../docs/support/blocks.ts'
import { ending } from '../docs/support/compiled.ts'
import { EmptyFolder, type Packed, pack } from './support/empty-folder.ts'

const programs = 'test/package/programs'
let tarballs: EmptyFolder
let gantry: Packed
let companion: Packed
let plain: EmptyFolder
let full: EmptyFolder

beforeAll(async () => {
  tarballs = await EmptyFolder.create()
  plain = await EmptyFolder.create()
  full = await EmptyFolder.create()
  const packed = await pack(tarballs.path, ['.', 'packages/xstate-inspect'])
  gantry = packed[0]!
  companion = packed[1]!
  await plain.install(gantry.tarball)
  await full.install(gantry.tarball, companion.tarball, '@statelyai/inspect', '@types/node')
  await plain.take(programs, 'module.mjs', 'common.cjs', 'no-inspector.mjs')
  await full.take(programs, 'typed.ts', 'served.ts', 'inspectors.mjs')
}, 120_000)

afterAll(() => Promise.all([tarballs, plain, full].map((folder) => folder?.remove())))

describe('the tarball', () => {
  test('holds what runs, its types and its papers, and nothing else', () => {
    const odd = gantry.files.filter(
      (path) =>
        !/^dist\/(src|machines)\/.+\.(js|d\.ts)$|^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(
          path,
        ),
    )
    expect(odd).toEqual([])
    expect(gantry.files.filter((path) => path.endsWith('.js')).every(hasTypes)).toBe(true)
  })
})

const strictest = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
}

const hasTypes = (path: string): boolean => gantry.files.includes(path.replace(/\.js$/, '.d.ts'))

describe('installed alone', () => {
  test('an ES module runs, and the process ends by itself', async () => {
    const { code, out, errors } = await plain.run('module.mjs')
    expect(errors).toBe('')
    expect(JSON.parse(out)).toEqual({ at: '2026-03-29T03:00:00.000+02:00', rows: 3 })
    expect(code).toBe(0)
  })

  test("require('gantry') gives the same copy as import, and the sub-paths load", async () => {
    const { code, out, errors } = await plain.run('common.cjs')
    expect(errors).toBe('')
    expect(JSON.parse(out)).toEqual({
      isOneCopy: true,
      value: 'hello',
      machines: ['session', 'task', 'run'],
      inspect: expect.arrayContaining(['createStatelyInspector']),
      http: 'function',
    })
    expect(code).toBe(0)
  })

  test('what is not exported cannot be reached', async () => {
    const { errors } = await plain.run(
      '--input-type=module',
      '-e',
      "await import('gantry/dist/src/index.js')",
    )
    expect(errors).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  test('createStatelyInspector() says which package is missing', async () => {
    const { out } = await plain.run('no-inspector.mjs')
    expect(out).toContain('npm install --save-dev @statelyai/inspect')
  })
})

describe('installed with inspectors and types', () => {
  test.each([{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }])(
    'typed.ts compiles with $module',
    async (options) => {
      const { out, code } = await full.check(
        { lib: ['es2023', 'esnext.disposable', 'dom'], ...options },
        'typed.ts',
      )
      expect(out).toBe('')
      expect(code).toBe(0)
    },
  )

  test("served.ts compiles with Node's types and every strictness", async () => {
    const { out } = await full.check({ module: 'nodenext', types: ['node'], ...strictest }, 'served.ts')
    // XState's own declarations do not hold with exact optional properties.
    const problems = out
      .split('\n')
      .filter((line) => /^\S/.test(line) && !line.startsWith('node_modules/xstate/'))
    expect(problems).toEqual([])
  })

  test.each(programsOf('README.md', readFileSync('README.md', 'utf8')))(
    '$name runs, pasted into a file',
    async ({ name, code }) => {
      await full.write('pasted.mjs', code)
      const { code: exit, errors } = await full.run('--import', ending, 'pasted.mjs')
      expect({ name, exit, errors }).toEqual({ name, exit: 0, errors: '' })
    },
  )

  test('both inspectors open beside one another', async () => {
    const { code, out, errors } = await full.run('inspectors.mjs')
    expect(errors).toBe('')
    expect(out.trim().split('\n')).toEqual([
      expect.stringMatching(/^http/),
      expect.stringMatching(/^http/),
      'ran',
    ])
    expect(code).toBe(0)
  })
})
