import { describe, expect, test } from 'vitest';
import { browser } from '../../support/browser.ts';
import { SESSION } from '../../support/server.ts';
import { visitConsole } from '../visit.ts';

describe.skipIf(!browser)('the console, in a browser,', () => {
  test('logs in with account and password, for this tab, and logs out on the server', async (context) => {
    const { page, call, expectSound } = await visitConsole(context, { isLoggedIn: false });
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('wrong account name or password').waitFor();
    await page.getByLabel('Password').fill('password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    const session = await page.evaluate('sessionStorage.getItem("aios-session")');
    const isValid = () => call('GET', `/zstack/v1/accounts/sessions/${session}/valid`);
    expect(await isValid()).toEqual({ success: true, valid: true });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await isValid()).toEqual({ success: true, valid: false });
    // The question whether a session is needed, and the wrong password.
    await expectSound('log-in', 2);
  });

  test('takes a session that exists, and works with the keyboard alone', async (context) => {
    const { page, expectSound } = await visitConsole(context, { isLoggedIn: false });
    await page.getByLabel('Session UUID').focus();
    await page.keyboard.type(SESSION);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    await page.getByRole('link', { name: 'Models' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    expect(await page.locator(':focus').innerText()).toBe('Models');
    await expectSound('models-empty', 1);
  });

  test('asks for nothing where the server needs no session, and speaks Chinese', async (context) => {
    const { page, expectSound } = await visitConsole(context, {
      isLoggedIn: false,
      env: { AIOS_AUTH: 'off' },
      locale: 'zh-CN',
      colorScheme: 'dark',
    });
    await page.getByRole('heading', { name: '模型服务' }).waitFor();
    await expectSound('services-zh-dark');
    await page.getByRole('button', { name: 'English' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Services' }).waitFor();
  });

  test('asks to log in again once the session has expired', async (context) => {
    const { page } = await visitConsole(context, { isLoggedIn: false });
    await page.evaluate(`sessionStorage.setItem('aios-session', '${'0'.repeat(32)}')`);
    await page.reload();
    await page.getByText('The session is not valid or has expired. Log in again.').waitFor();
  });
});
