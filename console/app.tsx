import { useEffect } from 'preact/hooks';
import { health, readHealth } from './api/aios.ts';
import { logOut, probeServer } from './api/login.ts';
import { session } from './api/session.ts';
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
    <header class="header">
      <button type="button" class="skip" onClick={() => document.querySelector('main')?.focus()}>
        {t('skip')}
      </button>
      <a class="brand" href="#/">
        {t('product')}
      </a>
      <span class="spacer" />
      <a href="../docs">{t('apiPage')}</a>
      <button type="button" class="quiet" lang={other} onClick={() => setLanguage(other)}>
        {t('otherLanguage')}
      </button>
      {session.value && (
        <button type="button" class="quiet" onClick={() => void logOut()}>
          {t('logOut')}
        </button>
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
      <nav class="navigation" aria-label={t('navigation')}>
        {shown.map(({ path, title }) => (
          <a key={path} href={linkTo(path)} aria-current={path === page.path ? 'page' : undefined}>
            {t(title)}
          </a>
        ))}
      </nav>
      <main class="main" tabIndex={-1}>
        <page.Content key={page.path} />
      </main>
    </div>
  );
}
