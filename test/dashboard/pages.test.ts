/** The dashboard in a real browser. Each page is monitored: no errors, no requests to other servers, no broken text. */
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, BrowserContext } from 'playwright-core'
import {
  findBrowser,
  goTo,
  launch,
  openContext,
  openPage,
  places,
  textIs,
  until,
  visit,
  type WatchedPage,
} from '../support/dashboard/browser.ts'
import { type Site, type SiteOptions, startSite, token } from '../support/dashboard/site.ts'

const executable = await findBrowser()
if (executable === null)
  throw new Error('The pages need a browser: npm ci installs one, or CHROMIUM names it.')
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

describe('the dashboard', () => {
  let browser: Browser
  let site: Site
  let context: BrowserContext
  const sites: Site[] = []
  const contexts: BrowserContext[] = []

  beforeAll(async () => {
    if (statSync('dist/src/dashboard/assets.js').size < 1_000)
      throw new Error('The dashboard is not in dist/: run npm run build first.')
    mkdirSync('artefacts', { recursive: true })
    browser = await launch(executable)
  }, 60_000)
  afterAll(() => browser.close())
  afterEach(async () => {
    for (const each of contexts.splice(0)) await each.close()
    for (const each of sites.splice(0)) await each.end()
  })

  const start = async (
    options?: SiteOptions,
    browsing?: Parameters<typeof openContext>[1],
  ): Promise<WatchedPage> => {
    site = await startSite(options)
    sites.push(site)
    context = await openContext(browser, browsing)
    contexts.push(context)
    return openPage(context, site.link())
  }

  test.each([
    ['at the root', {}],
    ['below a path', { mount: '/a/b' }],
    ['behind a proxy that removes its path', { proxy: '/p/q' }],
  ] as const)(
    'every page is shown %s',
    async (_, options) => {
      const { page, check } = await start(options)
      await site.ask('POST', '/tasks/quick/run?wait=10', { params: { n: 2 } })
      const { items } = (await site.ask('GET', '/runs')) as { items: { runId: string }[] }
      for (const place of [...places, `#/runs/${items[0]!.runId}`]) {
        await visit(page, place)
        expect(await page.locator('h1').count()).toBe(1)
        expect(await check()).toEqual([])
        const name =
          place
            .replace(/[^a-z]+/g, ' ')
            .trim()
            .replaceAll(' ', '-') || 'now'
        if (Object.keys(options).length === 0) await page.screenshot({ path: `artefacts/${name}.png` })
      }
      // The URL does not contain the token.
      expect(page.url()).not.toContain(token)
    },
    60_000,
  )

  test('without a token it asks for one, and accepts the whole link', async () => {
    const { problems } = await start()
    const { page } = await openPage(await other(), site.url, (problem) => problem.includes('401'))
    await page.getByLabel(/Token/).fill(site.link())
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('link', { name: 'Tasks' }).waitFor()
    expect(problems).toEqual([])
  })

  const other = async (): Promise<BrowserContext> => {
    const made = await openContext(browser)
    contexts.push(made)
    return made
  }

  test('a caller with read access sees no button that changes anything', async () => {
    await start()
    const { page, check } = await openPage(await other(), site.link('r'.repeat(40)))
    for (const place of places) {
      await visit(page, place)
      const buttons = await page.getByRole('button').allInnerTexts()
      expect(
        buttons.filter(
          (text) => !/To the content|Copy as Mermaid|Newer|Older|Pause|Clear|^[−+]$|%$|^Fit$/.test(text),
        ),
      ).toEqual([])
    }
    expect(await check()).toEqual([])
  }, 30_000)

  test('a row and the state chart change as a task runs and fails', async () => {
    const { page, check } = await start()
    await visit(page, '#/tasks')
    const row = page.getByRole('row').filter({ hasText: 'long' })
    const asked = performance.now()
    await site.ask('POST', '/tasks/long/run')
    await row.getByText('running', { exact: true }).filter({ visible: true }).waitFor()
    const shownAfterMs = Math.round(performance.now() - asked)
    await visit(page, '#/tasks/long/chart')
    await page.locator('.state-active[data-state="task.running"]').waitFor()
    await page.getByText('25 %').waitFor()
    await page.getByRole('button', { name: 'Terminate long' }).click()
    await page.locator('.state-active[data-state="task.idle"]').waitFor()
    await visit(page, '#/tasks/fails/chart')
    await page.getByText('No events since this was opened.').waitFor()
    await page.getByRole('button', { name: 'Run fails' }).click()
    await page.locator('.state-active[data-state="task.failed"]').waitFor()
    await page.getByRole('region', { name: 'Events' }).getByText('capacity.freed').waitFor()
    expect(await check()).toEqual([])
    console.info(`a row changed ${shownAfterMs} ms after the run was asked for`)
  }, 30_000)

  test('no label of a state chart covers a state or another label', async () => {
    const { page, check } = await start()
    const covered = `(() => {
      const boxes = [...document.querySelectorAll('.chart .edge text, .chart .state text, .chart .state:not(.state-group) rect:first-of-type')]
        .map((each) => ({ text: each.textContent || each.parentNode.dataset.state, isLabel: each.matches('.edge text'), box: each.getBBox() }))
      const found = []
      for (const [i, { text, isLabel, box: a }] of boxes.entries())
        for (const [j, { text: other, isLabel: isOther, box: b }] of boxes.entries())
          if (isLabel && i !== j && !(isOther && j < i) &&
              a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
            found.push(text + ' / ' + other)
      return { labels: boxes.filter(({ isLabel }) => isLabel).length, found }
    })()`
    await site.ask('POST', '/tasks/quick/run')
    const charts = ['#/session/chart', '#/tasks/night/chart', '#/tasks/quick/runs'] as const
    for (const place of charts) {
      await visit(page, place)
      if (place === '#/tasks/quick/runs') await page.locator('table a').first().click()
      await page.locator('.chart .edge text').first().waitFor()
      const { labels, found } = (await page.evaluate(covered)) as { labels: number; found: string[] }
      expect([place, labels > 2, found]).toEqual([place, true, []])
      await page
        .locator('.chart svg')
        .screenshot({ path: `artefacts/chart-${place.split('/')[1]}-${place.split('/')[2]}.png` })
    }
    expect(await check()).toEqual([])
  }, 30_000)

  test('run, terminate, disable, enable, hold, resume, create and remove from the page', async () => {
    const { page, check } = await start()
    await visit(page, '#/tasks')
    const row = page.getByRole('row').filter({ hasText: 'long' })
    await page.getByRole('button', { name: 'Run long' }).click()
    await row.getByText('running', { exact: true }).filter({ visible: true }).waitFor()
    await page.getByRole('button', { name: 'Terminate long' }).click()
    await row.getByText('idle', { exact: true }).filter({ visible: true }).waitFor()
    await page.getByRole('button', { name: 'Disable long' }).click()
    await row.locator('.chip-disabled').filter({ visible: true }).waitFor()
    await page.getByRole('button', { name: 'Enable long' }).click()
    await row.locator('.chip-disabled').filter({ visible: true }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Hold', exact: true }).click()
    await page.getByText('no task starts until it is resumed').waitFor()
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await page.getByText('no task starts until it is resumed').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'New task' }).click()
    await page.getByLabel('Name').fill('made here')
    await page.getByLabel('Start').fill('dayly')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText("Did you mean 'daily'?").waitFor()
    await page.getByLabel('Start').fill('daily after 23:59')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'made here' }).waitFor()
    await page.getByText('daily after 23:59').first().waitFor()
    await page.getByRole('button', { name: 'Remove made here' }).click()
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await page.getByRole('link', { name: 'made here' }).waitFor({ state: 'detached' })
    // The console reports the response to the invalid statement as an error.
    expect((await check()).filter((problem) => !problem.includes('422'))).toEqual([])
  }, 30_000)

  test('an event is sent from the state chart, which offers those that the task accepts', async () => {
    const { page, check } = await start()
    await visit(page, '#/tasks/long/chart')
    await page.getByText('Send an event').click()
    await page.getByLabel('Command').selectOption('task.disable')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('heading', { level: 1 }).getByText('disabled').waitFor()
    await page.getByLabel('As JSON').fill('{ "type": ')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('.form .bad').waitFor()
    expect(await check()).toEqual([])
  }, 30_000)

  test('a run with params, its value and its log lines', async () => {
    const { page, check } = await start()
    await visit(page, '#/tasks/quick/runs')
    await page.getByText('Run with params').click()
    await page.getByLabel(/Params/).fill('{ "n": 42 }')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('{"n":42,"ok":true}').waitFor()
    await page.locator('table a').first().click()
    await page.getByRole('region', { name: 'Return value' }).getByText('42').waitFor()
    await site.ask('POST', '/tasks/long/run')
    await visit(page, '#/tasks/long')
    await page.locator('.live a').first().click()
    await page.getByText('it has begun').waitFor()
    await page.locator('.state-active[data-state="run.running"]').waitFor()
    await page.getByRole('button', { name: 'Terminate' }).click()
    await page.locator('.state-active[data-state="run.ended"]').waitFor()
    await page.getByRole('heading', { level: 1 }).getByText('terminated').waitFor()
    expect(await check()).toEqual([])
  }, 30_000)

  test('the page recovers by itself after the server is killed and started again', async () => {
    const isAway = (problem: string): boolean =>
      /ERR_CONNECTION|Failed to load resource|ERR_INCOMPLETE/.test(problem)
    site = await startSite()
    sites.push(site)
    context = await openContext(browser)
    contexts.push(context)
    const { page, check } = await openPage(context, site.link(), isAway)
    await visit(page, '#/tasks')
    await page.getByRole('button', { name: 'Run long' }).click()
    await page
      .getByRole('row')
      .filter({ hasText: 'long' })
      .getByText('running', { exact: true })
      .filter({ visible: true })
      .waitFor()
    await site.end()
    await page.getByText('The server does not respond').first().waitFor()
    const again = await startSite({ port: Number(new URL(site.url).port), tasks: 1 })
    sites.push(again)
    await page.getByRole('link', { name: 'task 00000' }).waitFor()
    await page
      .getByRole('row')
      .filter({ hasText: 'long' })
      .getByText('idle', { exact: true })
      .filter({ visible: true })
      .waitFor()
    expect(await page.getByText('The server does not respond').count()).toBe(0)
    expect(await check()).toEqual([])
  }, 30_000)

  test('work that blocks the event loop is reported at the top of every page', async () => {
    const { page, check } = await start()
    await visit(page, '#/tasks')
    await page.getByRole('button', { name: 'Run holds' }).click()
    await page.getByText(/The event loop was blocked for/).waitFor()
    expect(await check()).toEqual([])
  }, 30_000)

  test('seven tabs all show events', async () => {
    await start()
    const pages = await Promise.all(Array.from({ length: 7 }, () => openPage(context, site.link())))
    for (const { page } of pages) await visit(page, '#/tasks/long/chart')
    await site.ask('POST', '/tasks/long/run')
    for (const { page, check } of pages) {
      await page.locator('.state-active[data-state="task.running"]').waitFor()
      expect(await check()).toEqual([])
    }
    // The tab that reads for all is closed: another one takes over.
    await contexts[0]!.pages()[0]!.close()
    await pages[0]!.page.close()
    await site.ask('POST', '/tasks/long/terminate')
    for (const { page } of pages.slice(1))
      await page.locator('.state-active[data-state="task.idle"]').waitFor()
  }, 60_000)

  test('five thousand tasks: only visible rows are rendered, and the last one can be reached', async () => {
    const { page, check } = await start({ tasks: 5_000 })
    await visit(page, '#/tasks')
    await page.getByText('5006').waitFor()
    expect(await page.locator('tbody tr').count()).toBeLessThan(60)
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight))
    await page.getByRole('link', { name: 'task 04999' }).waitFor()
    expect(await page.locator('tbody tr').count()).toBeLessThan(60)
    // Search results are shown regardless of the earlier scroll position.
    await page.getByRole('searchbox').fill('04711')
    await page.getByRole('link', { name: 'task 04711' }).waitFor()
    await page.getByRole('searchbox').fill('')
    await page.getByRole('link', { name: 'after night' }).waitFor()
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight))
    await page.getByRole('link', { name: 'task 04999' }).waitFor()
    await page.getByRole('searchbox').fill('047')
    await page.getByRole('link', { name: 'task 00047' }).waitFor()
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight))
    await page.getByRole('link', { name: 'task 04799' }).waitFor()
    await page.getByRole('combobox').selectOption('failed')
    await page.getByText('No task matches.').waitFor()
    await page.getByRole('combobox').selectOption('all')
    await page.getByRole('link', { name: 'task 00047' }).waitFor()
    expect(await check()).toEqual([])
  }, 60_000)

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious on any page (%s)',
    async (colorScheme) => {
      const { page } = await start({}, { colorScheme })
      await site.ask('POST', '/tasks/fails/run?wait=10')
      await site.ask('POST', '/tasks/long/run')
      const found: string[] = []
      for (const place of places) {
        await visit(page, place)
        await page.evaluate(axe)
        const { violations } = (await page.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as {
          violations: { id: string; impact: string; nodes: { html: string }[] }[]
        }
        for (const { id, impact, nodes } of violations)
          if (impact === 'serious' || impact === 'critical')
            found.push(`${place} ${id}: ${nodes[0]?.html.slice(0, 200)}`)
      }
      expect(found).toEqual([])
    },
    90_000,
  )

  test('keyboard navigation', async () => {
    const { page, check } = await start()
    await visit(page, '#/')
    const heading = (name: string) => page.getByRole('heading', { name, exact: false, level: 1 }).waitFor()
    for (const [key, name] of [
      ['t', 'Tasks'],
      ['i', 'Timeline'],
      ['g', 'Graph'],
      ['q', 'Sequence'],
      ['l', 'Log'],
      ['s', 'Session'],
    ] as const) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await heading(name)
    }
    await page.keyboard.press('/')
    await heading('Tasks')
    await until(page, `document.activeElement?.id === 'search'`)
    await page.keyboard.type('night')
    const focused = () =>
      page.evaluate(`document.activeElement?.tagName + ' ' + document.activeElement?.textContent`)
    for (let i = 0; i < 12 && (await focused()) !== 'A after night'; i++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await heading('after night')
    for (let i = 0; i < 20 && (await focused()) !== 'BUTTON Disable'; i++) await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Enable after night' }).waitFor()
    expect(await check()).toEqual([])
  }, 30_000)

  test('at 360 pixels nothing is wider than the page', async () => {
    const { page, check } = await start({}, { viewport: { width: 360, height: 740 } })
    await site.ask('POST', '/tasks/fails/run?wait=10')
    for (const place of places) {
      await visit(page, place)
      expect([place, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([place, 360])
    }
    await visit(page, '#/tasks')
    await page.screenshot({ path: 'artefacts/phone.png' })
    expect(await check()).toEqual([])
  }, 30_000)

  test('names, errors, log lines and params of every kind are shown as text', async () => {
    const names = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '..',
      '~',
      '%2e%2e',
      'a/b?c#d',
      '👩‍👩‍👧‍👦 \u202eright to left',
      '__proto__',
      '\n[ok]\u001b[2J',
      'x'.repeat(2_000),
    ]
    const { page, check } = await start({ names })
    await visit(page, '#/tasks')
    for (const name of names) {
      await site.ask('POST', '/events', { type: 'task.run', task: name })
      await goTo(
        page,
        `#/tasks/${encodeURIComponent(name === '..' || name === '~' ? `~${name}` : name)}/runs`,
      )
      await textIs(page, 'h1 bdi', name)
      await page.locator('table a').first().click()
      await textIs(page, '.lines bdi', name)
      await textIs(page, '.card-bad h2 bdi', `Error: ${name}`)
    }
    for (const place of ['#/', '#/tasks', '#/log', '#/timeline', '#/session/params']) await visit(page, place)
    expect(await check()).toEqual([])
  }, 60_000)
})
