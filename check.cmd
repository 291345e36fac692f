@echo off
rem Runs every check: format, lint, types, import contracts, tests. ffmpeg and melt are wanted on PATH.
setlocal
cd /d "%~dp0"
call installers\environment.cmd dev || exit /b 1
set QT_QPA_PLATFORM=offscreen
set MPLBACKEND=Agg
.venv\Scripts\ruff format --check . || exit /b 1
.venv\Scripts\ruff check . || exit /b 1
.venv\Scripts\mypy || exit /b 1
.venv\Scripts\lint-imports || exit /b 1
.venv\Scripts\pytest -n 2 %*
