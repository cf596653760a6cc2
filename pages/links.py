"""Makes links for a class: what is hidden, locked, limited, and where it begins."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore.language import text as _
    from ui import link_builder
    from ui.address_table import rows
    from ui.pictures import heading
    from ui.share import link_box

    heading(_("A link for a class"), _("it begins with the settings of the sidebar"))
    page, query, words = link_builder.built()
    with st.container(border=True):
        link = link_box(page, query, _("Link for the class"), "links.link")
        st.link_button(_("Open it"), link, icon=":material/open_in_new:")
        st.markdown(_("**Who opens it sees:**") + "\n" + "\n".join(f"- {w}" for w in words))
        st.caption(
            _(
                "Hiding and locking guide a class, they do not keep secrets: whoever takes them "
                "out of the address is free. What no address loosens is set by the server’s owner "
                "in {variable}.",
                variable="`AE_CONTROLS`",
            )
        )
    with st.expander(_("Everything that an address can say"), key="links.table"):
        st.table(
            [
                {
                    _("Belongs to"): row.kind,
                    _("Parameter"): f"`{row.name}`",
                    _("What it does"): row.help,
                    _("Values (usual value)"): row.values,
                }
                for row in rows()
            ]
        )
