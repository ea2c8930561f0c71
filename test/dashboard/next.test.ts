/** Next starts of tasks, and the width of names, in a real browser. */
import { mkdirSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import {
  findBrowser,
  launch,
  openContext,
  openPage,
  visit,
  type WatchedPage,
} from '../support/dashboard/browser.ts'
import { type SiteOptions, startSite } from '../support/dashboard/site.ts'

const executable = await findBrowser()
if (executable === null)
  throw new Error('The pages need a browser: npm ci installs one, or CHROMIUM names it.')
let browser: Browser
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  mkdirSync('artefacts', { recursive: true })
  browser = await launch(executable)
}, 60_000)
afterAll(() => browser.close())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(options: SiteOptions, browsing: BrowserContextOptions = {}): Promise<WatchedPage> {
  const site = await startSite(options)
  ends.push(() => site.end())
  const context = await openContext(browser, browsing)
  ends.push(() => context.close())
  return openPage(context, site.link())
}

/** The cell of a task's next start. */
const nextOf = (page: WatchedPage['page'], name: string) =>
  page
    .locator('.rows tr', { has: page.getByRole('link', { name, exact: true }) })
    .locator('td')
    .nth(2)

test('the next start of every task is shown, also of a daily one next to one that starts every ten seconds', async () => {
  const { page, check } = await start({ busy: true })
  await visit(page, '#/tasks')
  await nextOf(page, 'night')
    .getByText(/02:30:00$/)
    .waitFor()
  await nextOf(page, 'monthly')
    .getByText(/00:00:00$/)
    .waitFor()
  await nextOf(page, 'heartbeat')
    .getByText(/\d\d:\d\d:\d0$|due now/)
    .waitFor()
  await nextOf(page, 'never').getByText('never', { exact: true }).waitFor()
  await nextOf(page, 'after night').getByText('after night', { exact: true }).waitFor()
  await nextOf(page, 'long').getByText('manual').waitFor()
  await visit(page, '#/')
  const next = page.locator('section[aria-labelledby=next]')
  for (const name of ['heartbeat', 'night', 'monthly'])
    await next.getByRole('link', { name, exact: true }).waitFor()
  await next.getByText('One task can never start').waitFor()
  expect(await check()).toEqual([])
}, 90_000)

test('why a task can never start, without a time at which that could change', async () => {
  const { page, check } = await start({ busy: true })
  await visit(page, '#/tasks/never/why')
  await page.getByText(/^The task can never start: the times of .* do not meet/i).waitFor()
  expect(await page.getByText(/can change|can next change/).count()).toBe(0)
  expect(await check()).toEqual([])
}, 90_000)

test('a held session shows no start', async () => {
  const { page, check } = await start({ busy: true })
  await visit(page, '#/tasks')
  await nextOf(page, 'night')
    .getByText(/02:30:00$/)
    .waitFor()
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  for (const name of ['night', 'heartbeat', 'monthly']) await nextOf(page, name).getByText('held').waitFor()
  expect(await page.locator('.rows').getByText('02:30:00').count()).toBe(0)
  await visit(page, '#/')
  const next = page.locator('section[aria-labelledby=next]')
  await next.getByText('Held: nothing starts until the session is resumed.').waitFor()
  expect(await next.locator('time').count()).toBe(0)
  await visit(page, '#/tasks/night/why')
  await page
    .locator('p.lead')
    .getByText(/^The session is held: resume/)
    .waitFor()
  expect(await page.getByText('can change').count()).toBe(0)
  await visit(page, '#/tasks/night/settings')
  await page.getByText('held: nothing starts until the session is resumed').waitFor()
  await visit(page, '#/timeline')
  await page.getByText('The session is held: nothing is planned.').waitFor()
  expect(await page.locator('rect.bar-planned').count()).toBe(0)
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await visit(page, '#/tasks')
  await nextOf(page, 'night')
    .getByText(/02:30:00$/)
    .waitFor()
  expect(await check()).toEqual([])
}, 90_000)

test.each([360, 768, 1280])(
  'at %i pixels names are not cut off next to free space',
  async (width) => {
    const { page, check } = await start({ busy: true }, { viewport: { width, height: 740 } })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await visit(page, '#/tasks')
      await page.getByRole('link', { name: 'import-orders-from-shop-north' }).waitFor()
      const cut = await page.evaluate(
        `[...document.querySelectorAll('.rows tbody th')].filter((cell) => [cell, ...cell.querySelectorAll('a')].some((part) => (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1) && getComputedStyle(part).overflow === 'hidden')).map((cell) => cell.textContent)`,
      )
      expect(cut).toEqual([])
      await page.screenshot({ path: `artefacts/tasks-${width}-${colorScheme}.png` })
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    expect(await check()).toEqual([])
  },
  30_000,
)
