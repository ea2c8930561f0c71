/** The package as a new user installs it: packed, installed in an empty folder, run and type-checked there. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, posix, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { programsOf } from '../support/docs/blocks.ts'
import { ending } from '../support/docs/compiled.ts'
import { EmptyFolder, type Packed, pack, packFreshClone } from '../support/package/empty-folder.ts'

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
  await full.install(
    gantry.tarball,
    companion.tarball,
    '@statelyai/inspect',
    '@types/node@20',
    'typescript-5.4@npm:typescript@~5.4.5',
    'typescript-5.9@npm:typescript@~5.9.3',
  )
  await plain.take(programs, 'module.mjs', 'common.cjs', 'no-inspector.mjs')
  await full.take(programs, 'typed.ts', 'served.ts', 'inspectors.mjs')
}, 120_000)

afterAll(() => Promise.all([tarballs, plain, full].map((folder) => folder?.remove())))

describe('the tarball', () => {
  test('contains the code, its types and its documents, and nothing else', () => {
    const odd = gantry.files.filter(
      (path) =>
        !/^dist\/(src|machines)\/.+\.(js|d\.c?ts)$|^docs\/.+\.(md|png)$|^(package\.json|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|LICENSE)$/.test(
          path,
        ),
    )
    expect(odd).toEqual([])
    expect(gantry.files.filter((path) => path.endsWith('.js')).every(hasTypes)).toBe(true)
  })

  test('npm pack builds files that a fresh clone lacks', async () => {
    const clone = await EmptyFolder.create()
    try {
      expect([...(await packFreshClone(clone.path))].sort()).toEqual([...gantry.files].sort())
    } finally {
      await clone.remove()
    }
  }, 120_000)

  test('relative links of its pages lead to files in it', () => {
    const pages = gantry.files.filter((path) => path.endsWith('.md'))
    const dead = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)]
        .map(([, link]) => posix.join(posix.dirname(page), link!))
        .filter((target) => !gantry.files.some((path) => path === target || path.startsWith(`${target}/`)))
        .map((target) => `${page} → ${target}`),
    )
    expect(pages).toContain('docs/guide/README.md')
    expect(dead).toEqual([])
  })

  test.each(['.', 'packages/xstate-inspect'])('%s names its repository', (folder) => {
    const { repository, homepage, bugs } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    expect(repository.url).toMatch(/^git\+https:\/\/.+\.git$/)
    expect([homepage, bugs]).toEqual([expect.stringMatching(/^https:/), expect.stringMatching(/^https:/)])
  })
})

const strictest = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
}

const nightTest = `
const { createApp } = require('gantry')
const { TestClock } = require('gantry/testing')
test('night', async () => {
  const clock = new TestClock({ at: '2026-03-29T00:00', zone: 'Europe/Berlin' })
  const app = createApp({ clock, timezone: 'Europe/Berlin' })
  const night = app.task('night', 'daily at 02:30', () => {})
  await app.start()
  await clock.advance('1 day')
  expect(night.status).toBe('success')
  app.session.shutDown()
  await app.session.stopped
})
`

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
      areOneCopy: true,
    })
    expect(code).toBe(0)
  })

  test('internal modules cannot be imported', async () => {
    const { errors } = await plain.run(
      '--input-type=module',
      '-e',
      "await import('gantry/dist/src/index.js')",
    )
    expect(errors).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  test('createStatelyInspector() names the missing package', async () => {
    const { out } = await plain.run('no-inspector.mjs')
    expect(out).toContain('npm install --save-dev @statelyai/inspect')
  })
})

describe('installed with inspectors and types', () => {
  test.each([{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }])(
    'typed.ts compiles with $module',
    async (options) => {
      const { out, code } = await full.check({ lib: ['es2023', 'esnext.disposable', 'dom'], ...options }, [
        'typed.ts',
      ])
      expect(out).toBe('')
      expect(code).toBe(0)
    },
  )

  test.each([
    ['5.4', { module: 'commonjs', moduleResolution: 'node10' }],
    ['5.4', { module: 'node16' }],
    ['5.9', { module: 'node20' }],
    ['5.9', { module: 'preserve' }],
  ])('TypeScript %s finds all entries from a CommonJS file with %j', async (version, options) => {
    await full.write('package.json', JSON.stringify({ private: true, type: 'commonjs' }))
    try {
      const { out, code } = await full.check(
        { lib: ['es2023', 'esnext.disposable', 'dom'], types: ['node'], esModuleInterop: true, ...options },
        ['typed.ts', 'served.ts'],
        join('node_modules', `typescript-${version}`, 'bin', 'tsc'),
      )
      expect(out).toBe('')
      expect(code).toBe(0)
    } finally {
      await full.write('package.json', JSON.stringify({ private: true, type: 'module' }))
    }
  })

  test("served.ts compiles with Node's types and every strictness", async () => {
    const { out } = await full.check({ module: 'nodenext', types: ['node'], ...strictest }, ['served.ts'])
    // XState's own declarations do not compile with exact optional properties.
    const problems = out
      .split('\n')
      .filter((line) => /^\S/.test(line) && !line.startsWith('node_modules/xstate/'))
    expect(problems).toEqual([])
  })

  test.each(programsOf('README.md', readFileSync('README.md', 'utf8')))(
    '$name runs, pasted into a file',
    async ({ name, code, file }) => {
      await full.write(file ?? 'pasted.mjs', code)
      const { code: exit, errors } = await full.run('--import', ending, file ?? 'pasted.mjs')
      expect({ name, exit, errors }).toEqual({ name, exit: 0, errors: '' })
    },
  )

  test("Jest's CommonJS mode runs the README's test with the documented configuration", async () => {
    const [shown] = programsOf('testing.md', readFileSync('docs/guide/testing.md', 'utf8')).filter(
      ({ file }) => file === 'jest.config.cjs',
    )
    // The transformer represents one that the user has installed.
    const transformer = JSON.stringify(createRequire(import.meta.url).resolve('@swc/jest'))
    await full.write('jest.config.cjs', shown!.code.replace("'@swc/jest'", transformer))
    await full.write('night.test.js', nightTest)
    const { code, errors } = await full.run(resolve('node_modules/jest/bin/jest.js'), '--ci')
    expect(errors).toContain('Tests:       1 passed')
    expect(code).toBe(0)
  })

  test('both inspectors can be open at the same time', async () => {
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
