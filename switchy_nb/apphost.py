"""Loading apps into a client: all of an app, or nothing of it."""

import contextlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, cast

from switchy_nb import marks
from switchy_nb.commands import event_header, xheader_variable
from switchy_nb.errors import ConfigurationError
from switchy_nb.listener import EventListener

#: The apps of one group, by name.
Group = dict[str, Any]


class Apps:
    """The loaded apps, by group and name: ``apps.TonePlay["TonePlay"]``."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self._groups = groups

    def __getattr__(self, group: str) -> Group:
        if group.startswith("_") or group not in self._groups:
            loaded = ", ".join(self._groups) or "none"
            raise AttributeError(f"no app group {group!r} is loaded (loaded: {loaded})")
        return self._groups[group]

    def __getitem__(self, group: str) -> Group:
        return self._groups[group]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._groups]

    def __repr__(self) -> str:
        return f"<Apps {dict(self._groups)!r}>"


class AppHost(ABC):
    """What a `Client` needs to have apps; it gives this its `listener`.

    Attributes
    ----------
    apps : Apps
        The loaded apps.
    """

    #: the channel variable that names a leg's app group
    app_id_header = xheader_variable("switchy_app")

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._finalizers: dict[tuple[str, str], Generator[Any, None, None]] = {}
        self.apps = Apps(self._groups)

    @property
    def app_names(self) -> list[str]:
        """The ids of the loaded app groups."""
        return list(self._groups)

    @property
    @abstractmethod
    def listener(self) -> EventListener:
        """Who brings the events; see `Client.listener`."""

    def load_app(
        self,
        ns: Any,
        on_value: str | None = None,
        header: str | None = None,
        prepend: bool = False,
        funcargsmap: Mapping[str, Any] | None = None,
        **prepost_kwargs: Any,
    ) -> str:
        """Load an app: its ``prepost`` is run, its handlers and callbacks are registered.

        Parameters
        ----------
        ns : class, instance or module
            What holds the marked functions. A class is instantiated.
        on_value : str, optional
            The id of the app group; the app's name where it is not given.
        header : str, optional
            The event header that names a leg's app group, besides the client's own.
        prepend : bool
            Call its callbacks before those of apps that are loaded already.
        funcargsmap : mapping, optional
            What ``prepost`` may ask for by a parameter's name, besides ``client``, ``listener``,
            ``recording`` and the client's attributes.
        **prepost_kwargs
            Given to ``prepost`` as they are.

        Returns
        -------
        str
            The id of the app group.

        Raises
        ------
        ConfigurationError
            If the group has an app of that name, or ``prepost`` asks for what there isn't.
        TypeError
            If it has nothing marked, or what is marked cannot be called.
        """
        name = getattr(ns, "__name__", type(ns).__name__)
        group = on_value or name
        if name in self._groups.get(group, {}):
            raise ConfigurationError(
                f"the app group {group!r} has an app {name!r} already; load it with another on_value"
            )
        app = ns() if isinstance(ns, type) else ns
        marked = list(marks.get_callbacks(app))
        if not marked:
            raise TypeError(f"{name} has no callback or handler; mark one with @event_callback(…)")
        for event, _, function in marked:
            if not callable(function) or isinstance(function, type):
                raise TypeError(f"{name} marks {function!r} for {event}, which is no function")
        finalizer = self._prepost(app, name, funcargsmap or {}, prepost_kwargs)
        undo: list[Callable[[], None]] = []
        try:
            for event, kind, function in marked:
                if kind is marks.Kind.HANDLER:
                    self.listener.add_handler(event, function)
                    undo.append(partial(self.listener.remove_handler, event, function))
                else:
                    self.listener.add_callback(event, group, function, prepend=prepend)
                    undo.append(partial(self.listener.remove_callback, event, group, function))
        except BaseException:
            for remove in reversed(undo):
                remove()
            _finish(finalizer)
            raise
        for wanted in (event_header(self.app_id_header), header):
            if wanted and wanted not in self.listener.app_id_headers:
                self.listener.app_id_headers.insert(0, wanted)
        self.listener.recording.app_headers = tuple(self.listener.app_id_headers)
        if finalizer is not None:
            self._finalizers[group, name] = finalizer
        self._groups.setdefault(group, {})[name] = app
        with contextlib.suppress(
            AttributeError
        ):  # a namespace that takes no attributes goes without
            app.cid, app.name = group, name
        return group

    def unload_app(self, on_value: str, ns: Any = None) -> None:
        """Unload an app group, or one app of it; the rest of its ``prepost`` is run.

        Unloading what isn't loaded does nothing.
        """
        group = self._groups.get(on_value, {})
        only = None if ns is None else getattr(ns, "__name__", type(ns).__name__)
        with ExitStack() as stack:  # whatever one of them raises at its end, all are unloaded
            for name in [n for n in group if only in (None, n)]:
                app = group.pop(name)
                stack.callback(_finish, self._finalizers.pop((on_value, name), None))
                for event, kind, function in marks.get_callbacks(app):
                    if kind is marks.Kind.HANDLER:
                        self.listener.remove_handler(event, function)
                    else:
                        self.listener.remove_callback(event, on_value, function)
            if not group:
                self._groups.pop(on_value, None)

    @contextmanager
    def loaded(self, apps: Mapping[str, Any] | None) -> Iterator[None]:
        """Have apps loaded for a while: group id → app, or (app, keywords for its prepost)."""
        with ExitStack() as stack:
            for group, app in dict(apps or {}).items():
                app, options = app if isinstance(app, tuple) else (app, {})
                stack.callback(self.unload_app, self.load_app(app, on_value=group, **options))
            yield

    def _prepost(
        self, app: Any, name: str, extra: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Generator[Any, None, None] | None:
        prepost = getattr(app, "prepost", None)
        if prepost is None:
            if options:
                raise TypeError(f"{name} has no prepost to take {', '.join(options)}")
            return None
        offered = {
            "client": self,
            "listener": self.listener,
            "recording": self.listener.recording,
            **extra,
        }
        arguments = dict(options)
        for parameter in inspect.signature(prepost).parameters.values():
            asked = parameter.name
            if asked in arguments or parameter.kind in (
                parameter.VAR_POSITIONAL,
                parameter.VAR_KEYWORD,
            ):
                continue
            if asked in offered:
                arguments[asked] = offered[asked]
            elif parameter.default is parameter.empty:
                if not hasattr(self, asked):
                    raise ConfigurationError(
                        f"{name}.prepost asks for {asked!r}; there are {', '.join(offered)}"
                    )
                arguments[asked] = getattr(self, asked)
        result = prepost(**arguments)
        if not inspect.isgenerator(result):
            return None
        next(result, None)
        return cast("Generator[Any, None, None]", result)


def _finish(finalizer: Generator[Any, None, None] | None) -> None:
    if finalizer is not None:
        next(finalizer, None)
