import { Failure, isExpired, logIn, setSession } from '../api/client.ts';
import { t } from '../texts/text.ts';
import { Input } from './field.tsx';
import { Form } from './form.tsx';
import { FailureBox } from './notices.tsx';
import { PageFrame } from './page-frame.tsx';

/** The form to log in with account and password, or with a session that exists. */
export function LogIn() {
  const send = async ({ accountName = '', password = '', uuid = '' }: Record<string, string>) =>
    uuid ? setSession(uuid.trim()) : logIn(accountName, password);
  return (
    <main class="card log-in" tabIndex={-1}>
      <PageFrame title={t('logIn')}>
        {isExpired.value && <FailureBox failure={new Failure({ details: t('sessionExpired') })} />}
        <Form button={t('logIn')} variant="primary" send={send}>
          <Input
            label={t('account')}
            name="accountName"
            defaultValue="admin"
            autocomplete="username"
          />
          <Input
            label={t('password')}
            hint={t('logInHint')}
            name="password"
            type="password"
            autocomplete="current-password"
          />
          <Input label={t('sessionUuid')} name="uuid" class="code" pattern="\s*\w+\s*" />
        </Form>
      </PageFrame>
    </main>
  );
}
