// Tells the browser the language of the page, for readers aloud, fonts, and where words may break;
// and the server which session this tab had before, so that nothing is lost by loading it again.
// data: {language, session, heard}; session is empty while there is nothing to remember, and heard
// is what the server was told last

const BEFORE = "autoencoder-explorer session";

export default function ({ data, setTriggerValue }) {
  document.documentElement.lang = data.language;
  try {
    const before = sessionStorage.getItem(BEFORE);
    if (before && before !== data.session && before !== data.heard) {
      setTriggerValue("before", { session: before });
    } else if (data.session) {
      sessionStorage.setItem(BEFORE, data.session);
    }
  } catch {
    // a browser that keeps nothing
  }
}
