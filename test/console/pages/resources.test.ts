import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { browser } from '../../support/browser.ts';
import { requiredServiceParams } from '../../support/resources.ts';
import { type ConsoleVisit, visitConsole } from '../visit.ts';

const AI = '/zstack/v1/ai';

type Call = ConsoleVisit['call'];
type Inventory = Record<string, unknown> & { uuid: string };

async function inventoryOf(answer: ReturnType<Call>): Promise<Inventory> {
  return (await answer).inventory as Inventory;
}

async function listOf(call: Call, path: string): Promise<Inventory[]> {
  return (await call('GET', AI + path)).inventories as Inventory[];
}

/** Opens the form that a button leads to, and sends it with these texts by their labels. */
async function fillIn(page: Page, button: string, values: Record<string, string>) {
  await page.getByRole('button', { name: button, exact: true }).click();
  await submit(page, button, values);
}

async function submit(page: Page, button: string, values: Record<string, string>) {
  const dialog = page.getByRole('dialog');
  for (const [label, text] of Object.entries(values)) {
    await dialog.getByLabel(new RegExp(`^${label}( \\*)?$`)).fill(text);
  }
  await dialog.getByRole('button', { name: button, exact: true }).click();
}

const isClosed = (page: Page) => page.getByRole('dialog').waitFor({ state: 'detached' });

interface Case {
  hash: string;
  path: string;
  /** The parameters that are required, as they are typed. */
  values: Record<string, string>;
  /** What the server has of them. */
  stored: object;
}

const cases: Case[] = [
  {
    hash: 'services',
    path: '/model-services',
    values: {
      ...{
        name: 'chat',
        yaml: 'services:\n  - name: chat',
        requestCpu: '4',
        requestMemory: '8192',
      },
      ...{ modelCenterUuid: 'c'.repeat(32), installPath: '/ai/chat', startCommand: 'run' },
    },
    stored: { name: 'chat', requestCpu: 4, requestMemory: 8192, startCommand: 'run' },
  },
  {
    hash: 'models',
    path: '/models',
    values: { name: 'Qwen', installPath: '/models/qwen', modelCenterUuid: 'c'.repeat(32) },
    stored: { name: 'Qwen', installPath: '/models/qwen' },
  },
  {
    hash: 'centers',
    path: '/model-centers',
    values: { name: 'Berlin', url: 's3://m', managementIp: '10.0.0.1', managementPort: '80' },
    stored: { name: 'Berlin', managementPort: 80 },
  },
  {
    hash: 'datasets',
    path: '/datasets',
    values: { name: 'questions', url: 's3://d', modelCenterUuid: 'c'.repeat(32) },
    stored: { name: 'questions', url: 's3://d' },
  },
];

describe.skipIf(!browser)('the console, in a browser,', () => {
  test.for(cases)('adds, edits and deletes on the page of $hash', async (each, context) => {
    const { hash, path, values, stored } = each;
    const { page, call, expectSound } = await visitConsole(context, { hash: `#/${hash}` });
    await fillIn(page, 'Add', {});
    const first = page.getByLabel(/^name( \*)?$/);
    await page.getByText(/field\[name\] of message\[.*\] is mandatory/).waitFor();
    expect(await first.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator(':focus').getAttribute('name')).toBe('name');
    await expectSound(`${hash}-form`, 1);
    await submit(page, 'Add', values);
    await page.getByRole('heading', { name: values.name as string }).waitFor();
    expect(await listOf(call, path)).toMatchObject([stored]);

    await fillIn(page, 'Edit', { name: 'new name' });
    await page.getByRole('heading', { name: 'new name' }).waitFor();
    expect(await listOf(call, path)).toMatchObject([{ ...stored, name: 'new name' }]);
    await page.getByRole('tab', { name: 'JSON' }).click();
    await page.getByText('"new name"').waitFor();
    await expectSound(`${hash}-drawer`, 1);

    await fillIn(page, 'Delete', {});
    await page.getByText('Nothing here.').waitFor();
    expect(await listOf(call, path)).toEqual([]);
    await expectSound(`${hash}-empty`, 1);
  });

  test('finds services by completed conditions, sorts and pages them, and chooses columns', async (context) => {
    const { page, call, expectSound } = await visitConsole(context);
    for (let number = 10; number < 33; number++) {
      const type = number % 3 === 0 ? 'App' : 'Endpoint';
      const param = { ...requiredServiceParams, name: `service-${number}`, type };
      await call('POST', `${AI}/model-services`, { param });
    }
    await page.reload();
    const names = () => page.locator('tbody a').allInnerTexts();
    await page.getByText('1–23 of 23').waitFor();

    const query = page.getByRole('combobox', { name: 'Conditions' });
    const completions = () =>
      page.locator('.query option').evaluateAll((options) => options.map((each) => each.value));
    expect(await completions()).toContain('modelServiceImages.dockerImage');
    await query.fill('type');
    const operators = ['type=', 'type!=', 'type?=', 'type!?=', 'type is null', 'type not null'];
    await expect.poll(completions).toEqual(operators);
    await query.fill('type=');
    await expect.poll(completions).toContain('type=App');
    await expectSound('services-completion');
    await query.fill('type=App');
    await query.press('Enter');
    await page.getByText('1–7 of 7').waitFor();
    expect(await names()).toHaveLength(7);
    await query.fill('service-1');
    await query.press('Enter');
    await page.getByText('1–3 of 3').waitFor();
    await page.getByRole('button', { name: 'name', exact: true }).click();
    await expect.poll(names).toEqual(['service-12', 'service-15', 'service-18']);
    await page.getByRole('button', { name: 'name', exact: true }).click();
    await expect.poll(names).toEqual(['service-18', 'service-15', 'service-12']);
    for (const condition of ['type=App', 'name~=%service-1%']) {
      await page.getByRole('button', { name: `Remove the condition ${condition}` }).click();
    }

    await page.getByLabel('Rows').selectOption('20');
    await page.getByText('1–20 of 23').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('21–23 of 23').waitFor();
    expect(await names()).toEqual(['service-12', 'service-11', 'service-10']);

    await page.getByText('Columns', { exact: true }).first().click();
    await page.getByLabel('pythonVersion').check();
    await page.getByRole('button', { name: 'pythonVersion' }).waitFor();
    await expectSound('services-columns');
    await query.fill('nothing=1');
    await query.press('Enter');
    await page.getByText('not having field[nothing]').waitFor();
    await expectSound('services-unknown-field', 2);
  });

  test('clones, binds and tags a service, and shows it as yaml and as a command', async (context) => {
    const { page, call, expectSound } = await visitConsole(context);
    const param = { ...requiredServiceParams, name: 'chat', yaml: '# mine\nservices: [1]' };
    const images = [{ cpuArchitecture: 'x86_64', dockerImage: 'image:1' }];
    const service = await inventoryOf(
      call('POST', `${AI}/model-services`, { param: { ...param, architectureImages: images } }),
    );
    const model = await inventoryOf(
      call('POST', `${AI}/models`, {
        param: { name: 'Qwen', installPath: '/m', modelCenterUuid: 'c'.repeat(32) },
      }),
    );
    await page.goto(`${page.url().split('#')[0]}#/services/${service.uuid}`);
    await page.getByText('image:1').waitFor();
    expect(await page.locator(':focus').innerText()).toBe('chat');

    await page.getByRole('tab', { name: 'YAML' }).click();
    expect(await page.locator('.token-comment').innerText()).toBe('# mine');
    await page.keyboard.press('ArrowRight');
    await page.getByLabel('modelUuid').fill('Qw');
    await page.locator(`option[value="${model.uuid}"]`).waitFor({ state: 'attached' });
    await page.getByLabel('modelUuid').fill(model.uuid);
    await page.getByRole('button', { name: 'Bind', exact: true }).click();
    await page.getByRole('link', { name: 'Qwen' }).waitFor();
    const refs = async () => (await listOf(call, '/model-services'))[0]?.modelServiceRefs;
    expect(await refs()).toMatchObject([{ modelUuid: model.uuid }]);
    await expectSound('services-bindings');
    await page.getByRole('button', { name: 'Unbind' }).click();
    await expect.poll(refs).toEqual([]);

    await page.getByRole('tab', { name: 'Tags' }).click();
    await page.getByRole('textbox', { name: 'tag' }).fill('team::vision');
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: 'team::vision' }).waitFor();
    expect(await call('GET', '/zstack/v1/user-tags')).toMatchObject({
      inventories: [{ tag: 'team::vision', resourceUuid: service.uuid }],
    });
    await page.getByRole('tab', { name: 'curl' }).click();
    const commands = await page.locator('pre').allInnerTexts();
    expect(commands[0]).toContain(`/zstack/v1/ai/model-services/${service.uuid}'`);
    expect(JSON.parse(commands[1]?.split("-d '")[1]?.replace(/'$/, '') ?? '')).toMatchObject({
      param: { ...param, architectureImages: images },
    });
    await page.getByRole('button', { name: 'Clone' }).click();
    await page.keyboard.press('Escape');
    await isClosed(page);
    await fillIn(page, 'Clone', { name: 'copy', requestCpu: 'many' });
    await page.getByText('[requestCpu] field is excepted an int or long').waitFor();
    await submit(page, 'Clone', { requestCpu: '16' });
    await page.getByRole('heading', { name: 'copy' }).waitFor();
    const [, copy] = await listOf(call, '/model-services');
    expect(copy).toMatchObject({ name: 'copy', requestCpu: 16, yaml: param.yaml });
    await expectSound('services-copy', 1);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'copy' }).waitFor({ state: 'detached' });
  });

  test('deploys a service, edits the deployment and deletes it', async (context) => {
    // Every write is a job, which the console waits for.
    const { page, call, expectSound } = await visitConsole(context, { env: { AIOS_REPLY: 'job' } });
    const uuid = crypto.randomUUID().replaceAll('-', '');
    const param = { ...requiredServiceParams, resourceUuid: uuid };
    await call('POST', `${AI}/model-services`, { param });
    await page.goto(`${page.url().split('#')[0]}#/services/${uuid}`);
    const values = { name: 'chat-prod', zoneUuid: 'f'.repeat(32) };
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByLabel('type *').selectOption('VirtualMachine');
    await submit(page, 'Deploy', values);
    await page.getByRole('heading', { name: 'chat-prod' }).waitFor();
    const groups = () => listOf(call, '/model-services/instances/groups');
    expect(await groups()).toMatchObject([{ name: 'chat-prod', modelServiceUuid: uuid }]);
    await fillIn(page, 'Edit', { name: 'chat-test' });
    await page.getByRole('heading', { name: 'chat-test' }).waitFor();
    await page.getByRole('cell', { name: 'Running' }).first().waitFor();
    await expectSound('deployments-drawer');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByLabel('deleteMode').selectOption('Enforcing');
    const request = page.waitForRequest(/\?deleteMode=Enforcing$/);
    await submit(page, 'Delete', {});
    await request;
    await page.getByText('Nothing here.').waitFor();
    expect(await groups()).toEqual([]);
  });

  test('replaces images and ports in a form, on a phone, in Chinese', async (context) => {
    const { page, call, expectSound } = await visitConsole(context, {
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 390, height: 780 },
    });
    const { uuid } = await inventoryOf(
      call('POST', `${AI}/model-services`, { param: { ...requiredServiceParams, yaml: 'a: 1' } }),
    );
    await page.goto(`${page.url().split('#')[0]}#/services/${uuid}`);
    await page.getByRole('button', { name: '编辑' }).click();
    await page.getByText(/^其余 \d+ 个字段$/).click();
    const images = [{ cpuArchitecture: 'aarch64', dockerImage: 'image:2' }];
    await page.getByLabel('architectureImages').fill(JSON.stringify(images));
    await page.getByLabel('servicePorts').fill('8000\n9000');
    await expectSound('services-images-zh-phone');
    await page.getByRole('dialog').getByRole('button', { name: '编辑' }).click();
    await isClosed(page);
    expect(await listOf(call, '/model-services')).toMatchObject([
      { modelServiceImages: images, yaml: expect.stringContaining('9000') },
    ]);
    await expectSound('services-drawer-zh-phone');
  });
});
