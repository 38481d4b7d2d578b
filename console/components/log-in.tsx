import { useState } from 'preact/hooks';
import { Failure } from '../api/client.ts';
import { continueSession, logIn } from '../api/login.ts';
import { isExpired } from '../api/session.ts';
import { t } from '../texts/text.ts';
import { FailureBox } from './failure-box.tsx';
import { Field } from './field.tsx';
import { PageFrame } from './page-frame.tsx';

/** The forms to log in with account and password, or with a session that exists. */
export function LogIn() {
  const [failure, setFailure] = useState<Failure>();
  const submit = (action: (values: FormData) => Promise<void>) => async (event: SubmitEvent) => {
    event.preventDefault();
    setFailure(undefined);
    await action(new FormData(event.currentTarget as HTMLFormElement)).catch(setFailure);
  };
  const withPassword = submit((values) =>
    logIn(String(values.get('account')), String(values.get('password'))),
  );
  const withSession = submit((values) =>
    continueSession(String(values.get('session')).trim(), t('sessionInvalid')),
  );
  return (
    <main class="log-in" tabIndex={-1}>
      <PageFrame title={t('logIn')}>
        {isExpired.value && !failure && (
          <FailureBox failure={new Failure({ details: t('sessionExpired') })} />
        )}
        {failure && <FailureBox failure={failure} />}
        <form onSubmit={withPassword}>
          <Field label={t('account')}>
            {(attributes) => (
              <input
                {...attributes}
                name="account"
                value="admin"
                autocomplete="username"
                required
              />
            )}
          </Field>
          <Field label={t('password')} hint={t('logInHint')}>
            {(attributes) => (
              <input
                {...attributes}
                name="password"
                type="password"
                autocomplete="current-password"
                required
              />
            )}
          </Field>
          <button type="submit" class="primary">
            {t('logIn')}
          </button>
        </form>
        <form onSubmit={withSession}>
          <h2>{t('orSession')}</h2>
          <Field label={t('sessionUuid')}>
            {(attributes) => <input {...attributes} name="session" class="code" required />}
          </Field>
          <button type="submit">{t('useSession')}</button>
        </form>
      </PageFrame>
    </main>
  );
}
