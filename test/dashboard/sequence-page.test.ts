/** The sequence page in a real browser. */
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import {
  findBrowser,
  launch,
  openContext,
  openPage,
  until,
  visit,
  type WatchedPage,
} from '../support/dashboard/browser.ts'
import { type Site, type SiteOptions, startSite } from '../support/dashboard/site.ts'

const executable = await findBrowser()
if (executable === null)
  throw new Error('The pages need a browser: npm ci installs one, or CHROMIUM names it.')
let browser: Browser
let site: Site
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  browser = await launch(executable)
}, 120_000)
afterAll(() => browser.close())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(options: SiteOptions = {}, browsing: BrowserContextOptions = {}): Promise<WatchedPage> {
  site = await startSite(options)
  ends.push(() => site.end())
  const context = await openContext(browser, {
    permissions: ['clipboard-read', 'clipboard-write'],
    ...browsing,
  })
  ends.push(() => context.close())
  return openPage(context, site.link())
}

const open = async ({ page }: WatchedPage, query = ''): Promise<void> => {
  await visit(page, `#/sequence${query}`)
  await page.getByText('No events since this was opened.').waitFor()
}
const option = ({ page }: WatchedPage, name: RegExp) => page.getByRole('option', { name })

test('events are arrows between lifelines; a selected one shows its payload and the state after it', async () => {
  const watched = await start()
  const { page, check } = watched
  await open(watched)
  await site.ask('POST', '/tasks/quick/run', { params: { n: 2, password: 'hunter2' } })
  await option(watched, /run\.ended, no actor to task quick$/).waitFor()
  expect(await page.locator('.lane').allInnerTexts()).toEqual(['session', 'quick\ntask', 'run\nquick'])
  await option(watched, /task\.run, session to task quick$/).click()
  const details = page.getByRole('region', { name: 'Selected event' })
  await details.getByRole('heading', { name: 'task.run' }).waitFor()
  await details.getByText('{"idle":"resting"}').waitFor()
  expect(await details.textContent()).toContain('"password": "(redacted)"')
  expect(await page.content()).not.toContain('hunter2')
  await page.screenshot({ path: 'artefacts/sequence.png' })
  expect(await check()).toEqual([])
}, 120_000)

test('the keyboard selects, and a screen reader receives the selected event', async () => {
  const watched = await start()
  const { page, check } = watched
  await open(watched)
  await site.ask('POST', '/tasks/quick/run')
  await option(watched, / run\.ended, /).waitFor()
  await page.getByRole('listbox', { name: 'Events between actors' }).focus()
  await page.keyboard.press('Home')
  const active = () =>
    page.evaluate(
      `document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).getAttribute('aria-label')`,
    )
  expect(await active()).toMatch(/task\.run, no actor to session$/)
  await page.keyboard.press('ArrowDown')
  expect(await active()).toMatch(/task\.run, session to task quick$/)
  await page.keyboard.press('End')
  expect(await active()).toMatch(/ run\.ended, /)
  expect(await page.locator('[aria-selected=true]').count()).toBe(1)
  await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'))
  expect(
    await page.evaluate(
      `axe.run('.sequence, .sequence-filters, .sequence-details').then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html.slice(0, 200)))`,
    ),
  ).toEqual([])
  expect(await check()).toEqual([])
}, 120_000)

test('filters are in the URL', async () => {
  const watched = await start()
  const { page, check } = watched
  await open(watched)
  for (const name of ['quick', 'night']) await site.ask('POST', `/tasks/${name}/run`)
  await option(watched, /run\.ended, no actor to task night$/).waitFor()
  await page.getByLabel('Task', { exact: true }).fill('night')
  await page.getByLabel('Event', { exact: true }).fill('run.* -run.b*')
  await page.getByText(/^3 of \d+ events match\.$/).waitFor()
  expect(await page.evaluate('location.hash')).toBe('#/sequence?task=night&type=run.*+-run.b*')
  await page.getByRole('button', { name: 'All events' }).click()
  await until(page, `location.hash === '#/sequence'`)
  // A link shows the same.
  await open(await openPage(page.context(), site.link()), '?task=night&type=run.requested')
  const other = page.context().pages()[1]!
  await site.ask('POST', '/tasks/night/run')
  await other.getByRole('option', { name: /run\.requested, no actor to task night$/ }).waitFor()
  await other.getByText(/^1 of \d+ events match\.$/).waitFor()
  expect(await other.getByLabel('Event', { exact: true }).inputValue()).toBe('run.requested')
  expect(await check()).toEqual([])
}, 120_000)

test('a pause holds events back, and counts them', async () => {
  const watched = await start()
  const { page, check } = watched
  await open(watched)
  await site.ask('POST', '/session/hold')
  await option(watched, /session\.hold, /).waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await site.ask('POST', '/session/resume')
  await page.getByRole('button', { name: 'Resume (1 held back)' }).waitFor()
  expect(await option(watched, /session\.resume, /).count()).toBe(0)
  await page.getByRole('button', { name: 'Resume (1 held back)' }).click()
  await option(watched, /session\.resume, /).waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByText('No events since this was opened.').waitFor()
  expect(await check()).toEqual([])
}, 120_000)

test('names of every kind are shown as text, also in the Mermaid text', async () => {
  const name = '<img src=x onerror=alert(1)>; #x\n  a0->>a0: injected %%{init}%%'
  const watched = await start({ names: [name] })
  const { page, check } = watched
  await open(watched)
  await site.ask('POST', '/events', { type: 'task.run', task: name })
  await option(watched, / run\.ended, /).waitFor()
  await page.getByRole('button', { name: 'Copy as Mermaid' }).click()
  await page.getByText('Copied.').waitFor()
  const text = String(await page.evaluate('navigator.clipboard.readText()'))
  expect(text.split('\n').slice(0, 4)).toEqual([
    'sequenceDiagram',
    '  participant n as no actor',
    '  participant a0 as session',
    expect.stringMatching(/^ {2}participant a1 as #60;img src#61;x onerror#61;alert\(1\)#62;#59; #35;x/),
  ])
  expect(text).not.toMatch(/^ {2}a0->>a0/m)
  await page.locator('.lane-task').getByText('<img src=x onerro').waitFor()
  expect(await check()).toEqual([])
}, 120_000)

test('ten thousand events a second: the page says what was left out, and server and page still answer', async () => {
  const watched = await start({ flood: true })
  const { page, check } = watched
  await open(watched)
  await site.ask('POST', '/tasks/flood/run')
  await page.getByText(/events were left out: there were more than can be sent\./).waitFor()
  await page.getByText(/oldest were dropped: the newest 2000 are kept\./).waitFor()
  // Both still react.
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: /held back/ }).waitFor()
  expect(await page.locator('.entry').count()).toBeLessThan(80)
  await site.ask('POST', '/tasks/flood/terminate')
  expect(await check()).toEqual([])
}, 120_000)

test('the page says that events may be missing after the server was away', async () => {
  site = await startSite()
  ends.push(() => site.end())
  const context = await openContext(browser)
  ends.push(() => context.close())
  const watched = await openPage(context, site.link(), (problem) =>
    /ERR_CONNECTION|Failed to load resource|ERR_INCOMPLETE/.test(problem),
  )
  const { page, check } = watched
  await open(watched)
  await site.ask('POST', '/session/hold')
  await option(watched, /session\.hold, /).waitFor()
  await site.end()
  const again = await startSite({ port: Number(new URL(site.url).port) })
  ends.push(() => again.end())
  await option(watched, /^The connection was interrupted: events may be missing$/).waitFor()
  await until(page, `document.querySelector('.banner-bad') === null`)
  await again.ask('POST', '/session/hold')
  await page.getByText('2 events.').waitFor()
  expect(await check()).toEqual([])
}, 120_000)
