import { Failure, isExpired } from '../api/client.ts';
import { continueSession, logIn } from '../api/login.ts';
import { t } from '../texts/text.ts';
import { Input } from './field.tsx';
import { Form } from './form.tsx';
import { FailureBox } from './notices.tsx';
import { PageFrame } from './page-frame.tsx';

/** The forms to log in with account and password, or with a session that exists. */
export function LogIn() {
  return (
    <main class="card log-in" tabIndex={-1}>
      <PageFrame title={t('logIn')}>
        {isExpired.value && <FailureBox failure={new Failure({ details: t('sessionExpired') })} />}
        <Form
          button={t('logIn')}
          variant="primary"
          send={({ accountName = '', password = '' }) => logIn(accountName, password)}
        >
          <Input
            label={t('account')}
            name="accountName"
            value="admin"
            autocomplete="username"
            isRequired
          />
          <Input
            label={t('password')}
            hint={t('logInHint')}
            name="password"
            type="password"
            autocomplete="current-password"
            isRequired
          />
        </Form>
        <h2>{t('orSession')}</h2>
        <Form button={t('useSession')} send={({ uuid = '' }) => continueSession(uuid.trim())}>
          <Input label={t('sessionUuid')} name="uuid" class="code" isRequired />
        </Form>
      </PageFrame>
    </main>
  );
}
