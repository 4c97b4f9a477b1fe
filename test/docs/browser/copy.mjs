/** The button of a block of code copies what stands there, and is reached by keys. */
export async function checkCopy(browser, { base }, { check, expect }) {
  await check('copy buttons on code', async () => {
    const context = await browser.newContext()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    await page.goto(`${base}redaction.html`)
    const blocks = page.locator('pre:is([aria-label=Code], [aria-label=Commands])')
    const count = await blocks.count()
    expect(count > 3, `${count} blocks of code`)
    expect(
      (await page.locator('.copied button').count()) === count,
      'a block has no button, or an output has one',
    )
    const button = page.locator('.copied button').first()
    await button.focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement.textContent === 'Copied')
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    const code = (await blocks.first().textContent()).trimEnd()
    expect(copied === code, `copies ${JSON.stringify(copied)}`)
    await context.close()
  })
}
