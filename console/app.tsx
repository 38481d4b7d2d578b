import { useEffect } from 'preact/hooks';
import { health, readHealth } from './api/aios.ts';
import { logOut, probeServer } from './api/login.ts';
import { session } from './api/session.ts';
import { Button } from './components/button.tsx';
import { LogIn } from './components/log-in.tsx';
import { Notices } from './components/notices.tsx';
import { pages } from './pages.tsx';
import { linkTo, route } from './router.ts';
import { language, setLanguage, t } from './texts/text.ts';

/** The whole console: the form to log in, or navigation and the page of the route. */
export function App() {
  useEffect(() => {
    void probeServer();
    void readHealth();
  }, []);
  return (
    <>
      <Header />
      {session.value === null && <LogIn />}
      {typeof session.value === 'string' && health.value && <Pages />}
      <Notices />
    </>
  );
}

function Header() {
  const other = language.value === 'en' ? 'zh' : 'en';
  return (
    <header class="header hstack">
      <Button class="skip" onClick={() => document.querySelector('main')?.focus()}>
        {t('skip')}
      </Button>
      <a class="unstyled" href="#/">
        <strong>{t('product')}</strong>
      </a>
      <span class="spacer" />
      <Button class="ghost" lang={other} onClick={() => setLanguage(other)}>
        {t('otherLanguage')}
      </Button>
      {session.value && (
        <Button class="ghost" onClick={() => void logOut()}>
          {t('logOut')}
        </Button>
      )}
    </header>
  );
}

function Pages() {
  const shown = pages.filter(({ isAvailable }) => isAvailable?.value ?? true);
  const page = shown.find(({ path }) => path === route.value.page) ?? shown[0];
  if (!page) return null;
  return (
    <div class="app">
      <nav aria-label={t('navigation')}>
        {shown.map(({ path, title }) => (
          <a
            key={path}
            class="button ghost"
            href={linkTo(path)}
            aria-current={path === page.path ? 'page' : undefined}
          >
            {t(title)}
          </a>
        ))}
        <a class="button ghost" href="../docs">
          {t('apiPage')}
        </a>
      </nav>
      <main tabIndex={-1}>
        <page.Content key={page.path} />
      </main>
    </div>
  );
}
