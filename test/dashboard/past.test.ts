/** Explanations of past times on the page of a task, in a real browser. */
import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { findBrowser, launch, openContext, openPage, visit } from '../support/dashboard/browser.ts'
import { startSite } from '../support/dashboard/site.ts'

const executable = await findBrowser()
if (executable === null)
  throw new Error('The pages need a browser: npm ci installs one, or CHROMIUM names it.')
let browser: Browser

beforeAll(async () => {
  mkdirSync('artefacts', { recursive: true })
  browser = await launch(executable)
}, 60_000)
afterAll(() => browser.close())

test('the page of a task shows why it was not started at a past time', async () => {
  const site = await startSite({})
  const context = await openContext(browser, {})
  const { page, check } = await openPage(context, site.link())
  await visit(page, '#/tasks/night')
  await page.getByText('At a past time').click()
  const answer = page.getByRole('region', { name: 'Why the task was, or was not, started then' })
  // A minute ago, before the session began.
  await answer.getByText('The session was not running.').waitFor()
  const slider = page.getByLabel('Within the last 24 hours')
  await slider.focus()
  await page.keyboard.press('End')
  await answer.locator('.tree').waitFor()
  expect(await answer.locator('.lead').textContent()).not.toContain('not running')
  await page.keyboard.press('Home')
  await answer.getByText('The session was not running.').waitFor()
  const input = page.getByLabel('Time, in the zone of this browser')
  await input.fill('2020-01-01T00:00:00')
  await answer.getByText(/1 Jan/).waitFor()
  expect(await check()).toEqual([])
  await context.close()
  await site.end()
}, 60_000)
