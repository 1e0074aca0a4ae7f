"""The window: one screen at a time, the keys that mean the same everywhere, one look for all."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget

from sledmon.present.dashboard.look import Look, colour
from sledmon.present.dashboard.screen import Screen
from sledmon.present.settings import Settings, ThemeName


class Window(QMainWindow):
    """Shows one screen; hands it keys that are not the window's own."""

    def __init__(self, settings: Settings, keep: Callable[[Settings], None]) -> None:
        """``keep`` is given the settings whenever they change."""
        super().__init__()
        self.settings = settings
        self._keep = keep
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.setMinimumSize(1024, 600)
        self.resize(1366, 768)
        self.about_to_close: Callable[[], bool] = lambda: True
        """Asked before the window closes; False keeps it open."""

    @property
    def screen_shown(self) -> Screen | None:
        """The screen that is seen now."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Screen) else None

    def show_screen(self, screen: Screen) -> None:
        """Show a screen; the one before is left, and goes away if it was made for one visit."""
        before = self.screen_shown
        if before is screen:
            return
        if before is not None:
            before.leave()
        if self._stack.indexOf(screen) < 0:
            self._stack.addWidget(screen)
        screen.set_look(self._look_of(screen))
        self._stack.setCurrentWidget(screen)
        if before is not None and before.passing:
            self._stack.removeWidget(before)
            before.deleteLater()  # not at once: it may be its own button that was pressed
        self.setWindowTitle(f"sledmon – {screen.title}" if screen.title else "sledmon")
        screen.setFocus()
        screen.enter()

    def forget(self, *screens: Screen) -> None:
        """Let go of screens that are not seen and will not come back."""
        for screen in screens:
            if screen is not self.screen_shown and self._stack.indexOf(screen) >= 0:
                self._stack.removeWidget(screen)
                screen.deleteLater()

    @property
    def look(self) -> Look:
        """How everything looks now."""
        return Look(settings=self.settings, height_px=max(1, self._stack.height()))

    def change(self, settings: Settings) -> None:
        """Take other settings, at once and for the next time."""
        if settings != self.settings:
            self.settings = settings
            self._keep(settings)
            self._restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown = self.screen_shown
        if shown is not None and shown.press(event):
            return
        key = event.key()
        if key == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif key == Qt.Key.Key_S and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            dark = self.settings.theme is ThemeName.DARK
            theme = ThemeName.SUN if dark else ThemeName.DARK
            self.change(replace(self.settings, theme=theme))
        elif key != Qt.Key.Key_Escape:  # never quits, nor does anything else unasked
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._restyle()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.about_to_close():
            event.accept()
        else:
            event.ignore()

    def _restyle(self) -> None:
        colours = self.look.palette
        palette = QPalette()
        for role, name in (
            (QPalette.ColorRole.Window, colours.page),
            (QPalette.ColorRole.Base, colours.page),
            (QPalette.ColorRole.Button, colours.page),
            (QPalette.ColorRole.WindowText, colours.ink),
            (QPalette.ColorRole.Text, colours.ink),
            (QPalette.ColorRole.ButtonText, colours.ink),
            (QPalette.ColorRole.PlaceholderText, colours.quiet_ink),
            (QPalette.ColorRole.Highlight, colours.inside),
            (QPalette.ColorRole.HighlightedText, colours.on_inside),
        ):
            palette.setColor(role, colour(name))
        QApplication.setPalette(palette)
        if self.screen_shown is not None:
            self.screen_shown.set_look(self._look_of(self.screen_shown))

    def _look_of(self, screen: Screen) -> Look:
        """Smaller throughout where the window is narrower than the screen is laid out for."""
        look = self.look
        if not screen.shape:
            return look
        full_px = round(self._stack.width() / screen.shape)
        return replace(look, height_px=max(1, min(look.height_px, full_px)))
