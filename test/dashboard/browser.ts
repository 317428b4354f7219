import type { Page } from 'playwright-core';

/** What went wrong in a page, and what it asked of anybody else than `origin`. */
export function watchPage(page: Page, origin: string): { readonly errors: string[]; readonly elsewhere: string[] } {
  const errors: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  return { errors, elsewhere };
}
