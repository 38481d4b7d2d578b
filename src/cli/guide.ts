import { CONTEXT_PATH } from '../contract/aios.ts';
import { withoutCredentials } from '../read-settings.ts';
import type { Settings } from '../settings.ts';

type GuideSettings = Pick<Settings, 'auth' | 'session' | 'adminPassword' | 'databaseUrl'>;

/**
 * What a person needs to begin: where data is, how to log in, and commands to paste into a shell.
 * @param url of the server
 * @param hasInitialPassword whether the platform's initial password is valid
 */
export function guide(settings: GuideSettings, url: string, hasInitialPassword: boolean): string {
  const { auth, databaseUrl } = settings;
  const { path = 'memory', url: database = path } = databaseUrl as { path?: string; url?: string };
  const [advice, session] = loginAdvice(settings, hasInitialPassword);
  const model = `{"param":{"name":"first","installPath":"/first","modelCenterUuid":"${'0'.repeat(32)}"}}`;
  return [
    `Data is in ${withoutCredentials(database)}. ${advice} To add a model and see it, paste:`,
    `  API=${url}${CONTEXT_PATH}/v1 JSON='Content-Type: application/json'`,
    ...(auth ? [`  S=$(${session})`] : []),
    `  curl -sw '\\n' $API/ai/models -H "Authorization: OAuth $S" -H "$JSON" -d '${model}'`,
    '  curl -sw "\\n" $API/ai/models -H "Authorization: OAuth $S"',
  ].join('\n');
}

/** @returns a sentence about how to log in, and a shell command that prints a session */
function loginAdvice({ auth, session, adminPassword }: GuideSettings, hasInitialPassword: boolean) {
  if (!auth) return ['No log-in is needed.'];
  if (session.length > 0) {
    return ['Sessions are those of AIOS_SESSION.', 'echo $AIOS_SESSION | cut -d , -f 1'];
  }
  const password = hasInitialPassword ? 'password' : '"$AIOS_ADMIN_PASSWORD"';
  const digest = `'$(printf %s ${password} | openssl dgst -sha512 -r | cut -c-128)'`;
  const login = `{"logInByAccount":{"accountName":"admin","password":"${digest}"}}`;
  const command = `curl -s -X PUT $API/accounts/login -H "$JSON" -d '${login}' | cut -d '"' -f 8`;
  const initial = '`password`, the initial password; AIOS_ADMIN_PASSWORD sets another';
  const own =
    adminPassword === '' ? 'the password set last' : 'the password in AIOS_ADMIN_PASSWORD';
  return [`Log in as admin with ${hasInitialPassword ? initial : own}.`, command];
}
