import '@knadh/oat/css/00-base.css';
import '@knadh/oat/css/01-theme.css';
import '@knadh/oat/css/alert.css';
import '@knadh/oat/css/button.css';
import '@knadh/oat/css/card.css';
import '@knadh/oat/css/form.css';
import '@knadh/oat/css/table.css';
import '@knadh/oat/css/tabs.css';
import '@knadh/oat/css/toast.css';
import '@knadh/oat/css/utilities.css';
import './styles/theme.css';
import './styles/layout.css';
import './styles/components.css';
import './styles/pages.css';
import { type ComponentType, render } from 'preact';
import { hasControl } from './api/aios.ts';
import { logOut, probeServer, session } from './api/client.ts';
import { BindingsPage } from './bindings/page.tsx';
import { Button } from './components/button.tsx';
import { LogIn } from './components/log-in.tsx';
import { Notices } from './components/notices.tsx';
import { ControlPage } from './control/page.tsx';
import { JobsPage } from './jobs/page.tsx';
import { NowPage } from './now/page.tsx';
import { RequestsPage } from './requests/page.tsx';
import { kinds } from './resources/kinds.ts';
import { ResourcePage } from './resources/page.tsx';
import { linkTo, route } from './router.ts';
import { language, setLanguage, type TextKey, t } from './texts/text.ts';

/** The pages by their paths, which name their titles too. */
const pages: [path: TextKey, Content: ComponentType][] = [
  ['now', NowPage],
  ...kinds.map((kind): [TextKey, ComponentType] => [kind.path, () => <ResourcePage kind={kind} />]),
  ['bindings', BindingsPage],
  ['requests', RequestsPage],
  ['jobs', JobsPage],
  ['control', ControlPage],
];
/** The pages of the control API. */
const OF_CONTROL: TextKey[] = ['requests', 'control'];

/** The whole console: the form to log in, or navigation and the page of the route. */
function App() {
  return (
    <>
      <Header />
      {session.value === null ? <LogIn /> : <Pages />}
      <Notices />
    </>
  );
}

function Header() {
  const other = language.value === 'en' ? 'zh' : 'en';
  return (
    <header class="header flex items-center">
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
  const shown = pages.filter(([path]) => hasControl || !OF_CONTROL.includes(path));
  const page = shown.find(([path]) => path === route.value.page);
  const [path, Content] = page ?? ['now' as const, NowPage];
  return (
    <div class="app">
      <nav aria-label={t('navigation')}>
        {shown.map(([each]) => (
          <a
            key={each}
            class="button ghost"
            href={linkTo(each)}
            aria-current={each === path ? 'page' : undefined}
          >
            {t(each)}
          </a>
        ))}
        <a class="button ghost" href="../docs">
          API
        </a>
      </nav>
      <main tabIndex={-1}>
        <Content key={path} />
      </main>
    </div>
  );
}

await probeServer();
const root = document.getElementById('app');
root?.replaceChildren();
if (root) render(<App />, root);
