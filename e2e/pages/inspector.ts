import { type Locator, type Page, expect } from '@playwright/test'

/** The window, by what a person sees: roles and names, in the language it is shown in. */
export class Inspector {
  readonly page: Page
  readonly context: string

  constructor(page: Page, context = 'local') {
    this.page = page
    this.context = context
  }

  get grid(): Locator {
    return this.page.getByRole('grid')
  }

  get counts(): Locator {
    return this.page.getByTestId('counts')
  }

  get filter(): Locator {
    return this.page.locator('[data-filter]')
  }

  get details(): Locator {
    return this.page.getByRole('complementary')
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog')
  }

  get statusBar(): Locator {
    return this.page.getByRole('contentinfo')
  }

  /** Opens a place by its URL: `pods`, `pods/default/lone?tab=yaml`, '' for home. */
  async open(place = ''): Promise<void> {
    await this.page.goto(`/c/${this.context}${place === '' ? '' : `/${place}`}`)
  }

  row(name: string | RegExp): Locator {
    return this.grid.getByRole('row', { name })
  }

  tab(name: string): Locator {
    return this.details.getByRole('tab', { name, exact: true })
  }

  /** Node panels ask before they use a powerful permission, on clusters that are not ours. */
  async openNodeTab(node: string, tab: string): Promise<void> {
    await this.open(`nodes/_/${node}?tab=${tab}`)
    await expect(this.details.getByRole('tablist')).toBeVisible()
  }

  async palette(text: string): Promise<void> {
    const box = this.page.getByRole('combobox')
    // A key may come before the window listens: a person would press it again.
    await expect(async () => {
      await this.page.keyboard.press('Control+k')
      await expect(box).toBeVisible({ timeout: 1000 })
    }).toPass()
    await box.fill(text)
  }

  async theme(name: string): Promise<void> {
    await this.page.getByRole('button', { name: /^(Theme|主题)$/ }).click()
    await this.page.getByRole('menuitem', { name }).click()
  }
}
