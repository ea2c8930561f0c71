/** Code of the README and the guide, type-checked and run block by block. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { programsOf } from '../support/docs/blocks.ts'
import { Compiled } from '../support/docs/compiled.ts'

const guide = existsSync('docs/guide') ? readdirSync('docs/guide').map((name) => `docs/guide/${name}`) : []
const pages = ['README.md', ...guide.filter((name) => name.endsWith('.md'))]
const textOf = (page: string): string => readFileSync(page, 'utf8')
const programs = pages.flatMap((page) => programsOf(page, textOf(page)))

describe('programs in the documentation', () => {
  let compiled: Compiled
  beforeAll(() => {
    compiled = new Compiled(programs)
  }, 60_000)
  afterAll(() => compiled.remove())

  test('every block compiles as a user would compile it', () => {
    expect(compiled.errors).toBe('')
  })

  test.each(programs.filter(({ notRun }) => notRun === null))(
    '$name runs and ends, by itself or on request',
    async ({ name, prints }) => {
      const { code, signal, out, errors } = await compiled.run(name)
      expect({ code, signal, errors }).toEqual({ code: 0, signal: null, errors: '' })
      for (const text of prints) expect(out).toContain(text)
    },
  )
})

describe('what pages name exists', () => {
  const allPages = [...pages, 'CONTRIBUTING.md', 'docs/ARCHITECTURE.md', 'docs/CHANGES-FROM-A-TO-Z.md']
  const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts)

  test.each(allPages)('%s names existing npm scripts', (page) => {
    const named = [...textOf(page).matchAll(/npm (?:run )?([a-z][\w:]*)/g)]
      .map((match) => match[1]!)
      .filter((word) => !['i', 'ci', 'init', 'install', 'run', 'pack', 'pkg'].includes(word))
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })

  test.each(allPages)('%s names existing files', (page) => {
    const named = [
      ...textOf(page).matchAll(/(?<![\w/.-])(?:dist\/)?(examples|docs|src|machines|test|bench)\/[\w./-]*\w/g),
    ]
    const paths = named.map(([path]) => path.replace(/^dist\/(.*)\.js$/, '$1.ts'))
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
  })

  test.each(
    readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')),
  )('docs/%s links to existing files', (name) => {
    const page = join('docs', name)
    const links = [...textOf(page).matchAll(/\]\((?!\w+:)([^)#]+)/g)].map((match) => match[1]!)
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([])
  })

  test('the architecture page names every room', () => {
    const page = textOf('docs/ARCHITECTURE.md')
    const rooms = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(rooms.map(({ name }) => `src/${name}`).filter((room) => !page.includes(`\`${room}\``))).toEqual([])
  })

  test('every example is named in the README', () => {
    const examples = readdirSync('examples').filter((name) => name.endsWith('.ts'))
    expect(examples.filter((name) => !textOf('README.md').includes(`examples/${name}`))).toEqual([])
  })
})
