/** Charts of machines of any kind in a real browser. The page receives the definition that a route would send. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { createActor, createMachine, fromPromise } from 'xstate'
import { toMachineData } from '../../src/http/views/machine-definition.ts'
import {
  findBrowser,
  launch,
  openContext,
  openPage,
  visit,
  type WatchedPage,
} from '../support/dashboard/browser.ts'
import { hardNames } from '../support/dashboard/random-machines.ts'
import { startSite } from '../support/dashboard/site.ts'

const executable = await findBrowser()
if (executable === null)
  throw new Error('The pages need a browser: npm ci installs one, or CHROMIUM names it.')
let browser: Browser
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  browser = await launch(executable)
}, 120_000)
afterAll(() => browser.close())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Opens the chart of a machine in its initial state. */
async function show(config: object): Promise<WatchedPage> {
  const site = await startSite()
  ends.push(() => site.end())
  const context = await openContext(browser)
  ends.push(() => context.close())
  const watched = await openPage(context, site.link())
  const json = toMachineData(createActor(createMachine(config)), (value) => value)
  await watched.page.route('**/api/v1/session/machine', (route) => route.fulfill({ json }))
  await visit(watched.page, '#/session/chart')
  await watched.page.locator('.chart .state').first().waitFor()
  return watched
}

const order = {
  id: 'order',
  initial: 'shop',
  states: {
    shop: {
      type: 'parallel',
      onDone: 'shipped',
      on: { CANCEL: 'cancelled', NOTE: { actions: 'note' } },
      states: {
        stock: {
          initial: 'reserving',
          states: {
            reserving: {
              invoke: {
                src: fromPromise(async () => {}),
                id: 'reserve',
                onDone: 'reserved',
                onError: '#order.cancelled',
              },
            },
            reserved: { type: 'final' },
          },
        },
        mail: {
          initial: 'sending',
          states: {
            sending: { on: { FAIL: 'waiting', SENT: 'sent' } },
            waiting: { after: { 60000: 'sending' }, on: { AGAIN: { target: 'waiting', reenter: true } } },
            sent: { type: 'final' },
            last: { type: 'history', history: 'deep' },
          },
        },
      },
    },
    shipped: { on: { RETURN: 'shop.mail.last', LOST: 'cancelled' } },
    cancelled: { type: 'final' },
  },
}

/** Names of every kind, each connected with the next three. */
const hard = {
  id: 'hard',
  initial: `${hardNames[0]}0`,
  states: Object.fromEntries(
    hardNames.map((name, i) => [
      `${name}${i}`,
      {
        id: `s${i}`,
        on: Object.fromEntries(
          [1, 2, 3].map((far) => [
            `${name}${far}`,
            { target: `#s${(i + far) % hardNames.length}`, guard: name },
          ]),
        ),
      },
    ]),
  ),
}

/** Labels on others, texts outside of their states, and texts that are too small, as the browser measures them. */
const measured = `(() => {
  const problems = []
  const inner = (box) => ({ x: box.x + 1, y: box.y + 2, width: box.width - 2, height: box.height - 4 })
  const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
  const boxOf = (each) => ({ text: each.textContent, box: each.getBBox() })
  const labels = [...document.querySelectorAll('.chart .edge text')].map(boxOf)
  const states = [...document.querySelectorAll('.chart .state')]
  for (const state of states) {
    const rect = state.querySelector('rect').getBBox()
    for (const { text, box } of [...state.querySelectorAll('text')].map(boxOf))
      if (box.x < rect.x || box.x + box.width > rect.x + rect.width) problems.push('outside: ' + text)
    if (state.matches('.state-group')) continue
    for (const { text, box } of labels) if (overlap(inner(box), rect)) problems.push(text + ' on ' + state.dataset.state)
  }
  for (const [i, a] of labels.entries())
    for (const b of labels.slice(0, i)) if (overlap(inner(a.box), inner(b.box))) problems.push(a.text + ' on ' + b.text)
  for (const path of document.querySelectorAll('.chart .edge path')) {
    const length = path.getTotalLength()
    for (let at = 0; at < length; at += 2) {
      const { x, y } = path.getPointAtLength(at)
      const hit = labels.find(({ box }) => overlap(inner(box), { x, y, width: 0.1, height: 0.1 }))
      if (hit !== undefined) { problems.push('line across ' + hit.text); break }
    }
  }
  for (const each of document.querySelectorAll('.chart text'))
    if (parseFloat(getComputedStyle(each).fontSize) < 11) problems.push('small: ' + each.textContent)
  return problems
})()`

test('the active states of each parallel region are marked; kinds of states and transitions are visible', async () => {
  const { page, check } = await show(order)
  const active = await page
    .locator('.state-active')
    .evaluateAll((all) => all.map((each) => each.dataset.state))
  expect(active.sort()).toEqual(
    [
      'order.shop',
      'order.shop.mail',
      'order.shop.mail.sending',
      'order.shop.stock',
      'order.shop.stock.reserving',
    ].sort(),
  )
  const labels = await page.locator('.edge text').allTextContents()
  for (const label of ['done: reserve', 'error: reserve', 'after 1 min', 'CANCEL', 'done', 'AGAIN'])
    expect(labels).toContain(label)
  expect(await page.locator('.state-history text').textContent()).toBe('H*')
  expect(await page.locator('[data-state="order.cancelled"] .inner').count()).toBe(1)
  expect(await page.locator('[data-state="order.shop"] > text').allTextContents()).toContain('NOTE / note')
  expect(await page.evaluate(measured)).toEqual([])
  await page.locator('.chart svg').screenshot({ path: 'artefacts/chart-order.png' })
  expect(await check()).toEqual([])
}, 120_000)

test('names of every kind are text, and fit', async () => {
  const { page, check } = await show(hard)
  expect(await page.locator('.chart b, .chart img, .chart script').count()).toBe(0)
  expect(await page.locator('.chart .state').count()).toBe(1 + hardNames.length)
  expect(await page.evaluate(measured)).toEqual([])
  await page.locator('.chart svg').screenshot({ path: 'artefacts/chart-hard.png' })
  expect(await check()).toEqual([])
}, 120_000)

test('a chart that is larger than its pane zooms, fits and is dragged', async () => {
  const { page, check } = await show(hard)
  const width = () => page.locator('.chart svg').evaluate((svg) => svg.getBoundingClientRect().width)
  const full = await width()
  await page.getByRole('button', { name: 'Zoom in' }).click()
  expect(await width()).toBeCloseTo(full * 1.25, -1)
  await page.getByRole('button', { name: 'Actual size' }).click()
  expect(await width()).toBe(full)
  await page.getByRole('region', { name: 'State chart of a hard, drawn' }).focus()
  await page.keyboard.press('-')
  expect(await width()).toBeCloseTo(full / 1.25, -1)
  await page.keyboard.press('0')
  const frame = page.locator('.pane-frame')
  await frame.evaluate((each) => each.scrollTo(0, 0))
  const place = () => frame.evaluate((each) => [each.scrollLeft, each.scrollTop])
  const box = (await frame.boundingBox())!
  await page.mouse.move(box.x + 300, box.y + 300)
  await page.mouse.down()
  await page.mouse.move(box.x + 300, box.y + 200)
  await page.mouse.up()
  expect(await place()).toEqual([0, 100])
  await page.getByRole('button', { name: 'Fit into the pane' }).click()
  expect(await frame.evaluate((each) => each.scrollHeight <= each.clientHeight + 8)).toBe(true)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  expect(await check()).toEqual([])
}, 120_000)
