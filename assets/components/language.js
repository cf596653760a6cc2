// Tells the browser the language of the page: for readers aloud, fonts, and where words may break.
// data: {language}

export default function ({ data }) {
  document.documentElement.lang = data.language;
}
